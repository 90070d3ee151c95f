import type { Flowable } from '../flowable.ts';
import { sequential } from './sequential.ts';

export const allowFailure: Flowable = {
  ...sequential,
  type: 'io.kestra.plugin.core.flow.AllowFailure',
  aliases: ['io.kestra.core.tasks.flows.AllowFailure'],
  title: 'Run tasks one after the other; a failure among them ends as WARNING.',
  forgives: true,
};
