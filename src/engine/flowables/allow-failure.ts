import type { Flowable } from '../flowable.ts';
import { sequential } from './sequential.ts';

export const allowFailure: Flowable = {
  ...sequential,
  type: 'io.kestra.plugin.core.flow.AllowFailure',
  aliases: ['io.kestra.core.tasks.flows.AllowFailure'],
  title: 'Run tasks one after the other; a failure among them ends as WARNING.',
  ending(container) {
    const { failed, warning, ...scope } = container.scope('tasks');
    return { ...scope, failed: 0, warning: warning + failed };
  },
};
