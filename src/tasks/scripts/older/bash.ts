import { textListProperty } from '../../properties.ts';
import { textList } from '../../property-schemas.ts';
import type { OlderTask } from './older-task.ts';

export const bash: OlderTask = {
  name: 'Bash',
  title: 'shell commands',
  successor: 'io.kestra.plugin.scripts.shell.Commands',
  language: { name: 'bash', title: 'shell', image: 'ubuntu' },
  properties: () => ({ commands: textList().min(1).meta({ title: 'The commands' }) }),
  commands: ({ commands }, expressions) => textListProperty('commands', commands, expressions),
};
