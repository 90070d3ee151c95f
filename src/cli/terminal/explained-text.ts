/** What a flow would start as a tree for people. */
import type { Flow } from '../../model/flow.ts';
import type { ValueMap } from '../../model/value.ts';
import type { Explained, ExplainedFlow } from '../explained-flow.ts';
import type { Palette } from './style.ts';

const mostColumns = 2000;
/** The files of a pod stand in it as one long line of base64; `--native` has it whole. */
const mostNativeColumns = 400;

export function explainedText(flow: Flow, explained: ExplainedFlow, style: Palette): string {
  const parts = Object.entries(explained).map(
    ([name, tasks]) => `${name === 'tasks' ? '' : `${style.dim(name)}\n`}${tasksText(tasks, '', style)}`,
  );
  return `${style.bold(`${flow.namespace}.${flow.id}`)}\n${parts.join('')}`;
}

function tasksText(tasks: readonly Explained[], indent: string, style: Palette): string {
  return tasks
    .map((task, index) => {
      const isLast = index === tasks.length - 1;
      const below = `${indent}${isLast ? '   ' : '│  '}`;
      const head = `${indent}${isLast ? '└─ ' : '├─ '}${style.accent(task.id)}  ${style.dim(task.type)}\n`;
      const branches = Object.entries(task.branches ?? {});
      const children = branches.map(([name, inner]) => {
        const single = branches.length === 1 && name === 'tasks';
        return `${single ? '' : `${below}${style.dim(`${name}:`)}\n`}${tasksText(inner, below, style)}`;
      });
      return (
        head +
        details(task, style)
          .flatMap(text => text.split('\n'))
          .map(line => `${below}${cut(line, mostColumns)}\n`)
          .join('') +
        children.join('')
      );
    })
    .join('');
}

function details({ disabled, runIf, timeout, retry, unknown, refused, run }: Explained, style: Palette): string[] {
  const line = (name: string, value: string) => `${style.dim(name.padEnd(8))} ${value}`;
  const lines: string[] = [];
  if (disabled) lines.push(style.warn('disabled: it does not run'));
  if (runIf !== undefined) lines.push(line('runIf', runIf));
  if (timeout !== undefined) lines.push(line('timeout', timeout));
  if (retry) lines.push(line('retry', JSON.stringify(retry)));
  if (refused !== undefined) lines.push(style.warn(`would fail: ${refused}`));
  if (unknown !== undefined) lines.push(style.warn(`known only when it runs: ${unknown.split('\n')[0]}`));
  if (!run) return lines;
  lines.push(line('runner', [run.runner.replace(/.*\./, ''), propertiesText(run.runnerProperties)].join('  ').trim()));
  if (run.image !== undefined) lines.push(line('image', run.image));
  lines.push(line('argv', JSON.stringify(run.argv)));
  for (const [name, value] of Object.entries(run.env)) lines.push(line('env', `${name}=${value}`));
  if (run.filesIn.length > 0) lines.push(line('in', run.filesIn.join(', ')));
  if (run.filesOut.length > 0) lines.push(line('out', run.filesOut.join(', ')));
  if (run.native !== undefined) {
    const [first = '', ...rest] = run.native.trimEnd().split('\n');
    lines.push(line('as', first), ...rest.map(text => `         ${cut(text, mostNativeColumns)}`));
  }
  return lines;
}

function cut(line: string, most: number): string {
  return line.length > most ? `${line.slice(0, most)} …` : line;
}

function propertiesText(properties: ValueMap): string {
  return Object.keys(properties).length === 0 ? '' : JSON.stringify(properties);
}
