/** What is left to say at the end of a run: the task runs, the outputs, and where files are. */
import type { Execution, TaskRun } from '../../model/execution.ts';
import { writeJson } from '../../model/json.ts';
import { isTerminal } from '../../model/states.ts';
import { isMap, type Value } from '../../model/value.ts';
import type { Storage } from '../../storage/storage.ts';
import { oneLine, shorten } from './one-line.ts';
import { RunValues, valuesText } from './run-values.ts';
import { type Palette, stateStyle } from './style.ts';
import { durationText, tableText } from './table.ts';

/** Columns that a table of task runs needs beside the names of the tasks. */
const beside = 30;
/** On a terminal more lines of a kind would push the log out of sight. */
const mostLines = 100;

/**
 * @param keepsFiles false when the files are removed with an ephemeral state folder
 * @param columns of the terminal, where it is one: names of tasks are made to fit, and very many lines are cut short
 */
export function summaryText(
  execution: Execution,
  taskRuns: readonly TaskRun[],
  storage: Storage,
  palette: Palette,
  keepsFiles: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  const state = execution.state.current;
  const most = columns === Number.POSITIVE_INFINITY ? columns : mostLines;
  const all = tree(taskRuns);
  const succeeded = ({ run }: { run: TaskRun }) => run.state.current === 'SUCCESS';
  const notable = new Set([...all.filter(row => !succeeded(row)), ...all.filter(succeeded)].slice(0, most));
  const rows = all
    .filter(row => notable.has(row))
    .map(({ run, depth }) => [
      `${'  '.repeat(depth)}${shorten(run.taskId, Math.max(12, columns - beside - 2 * depth))}${run.value === undefined ? '' : palette.dim(` [${shorten(run.value, 30)}]`)}`,
      stateStyle(palette, run.state.current)(run.state.current),
      run.attempts.length > 1 ? String(run.attempts.length) : '',
      durationText(elapsed(run)),
    ]);
  const header = ['TASK', 'STATE', 'TRIES', 'TIME'];
  const tried = rows.some(row => row[2] !== '');
  const shown = (row: readonly string[]) => (tried ? row : row.filter((_, column) => column !== 2));
  const parts = [`\n${tableText(shown(header), rows.map(shown), palette.bold)}${more(all.length - rows.length)}`];
  const outputs = Object.entries(execution.outputs ?? {});
  if (outputs.length > 0) {
    parts.push(
      `\n${palette.bold('OUTPUTS')}\n${outputs.map(([name, value]) => `  ${name} = ${inline(value)}\n`).join('')}`,
    );
  }
  const values = new RunValues(taskRuns);
  const name = (run: TaskRun) => `${run.taskId}${valuesText(values.of(run.id))}`;
  const taskOutputs = taskRuns.flatMap(run => varLines(run, name(run)));
  const cut = (lines: readonly string[]) => lines.slice(0, most).join('') + more(lines.length - most);
  if (taskOutputs.length > 0) parts.push(`\n${palette.bold('TASK OUTPUTS')}\n${cut(taskOutputs)}`);
  const files = taskRuns.flatMap(run => fileLines(run, name(run), storage, keepsFiles));
  if (files.length > 0)
    parts.push(`\n${palette.bold('FILES')}${keepsFiles ? '' : palette.dim(' (not kept: --ephemeral)')}\n${cut(files)}`);
  const total =
    Date.parse(execution.state.histories.at(-1)?.date ?? '') - Date.parse(execution.state.histories[0]?.date ?? '');
  parts.push(
    `\n${stateStyle(palette, state)(palette.bold(state))} ${execution.namespace}.${execution.flowId} ${palette.dim(execution.id)} in ${durationText(total)}\n`,
  );
  return parts.join('');
}

function more(left: number): string {
  return left > 0 ? `and ${left} more\n` : '';
}

/** Parents before children, siblings in order of creation. One whose parent is not there stands at the top. */
export function tree(taskRuns: readonly TaskRun[]): { run: TaskRun; depth: number }[] {
  const ids = new Set(taskRuns.map(run => run.id));
  const parentOf = ({ parentTaskRunId: id }: TaskRun) => (id !== undefined && ids.has(id) ? id : undefined);
  const below = Map.groupBy(taskRuns, parentOf);
  const visit = (parentId: string | undefined, depth: number): { run: TaskRun; depth: number }[] =>
    (below.get(parentId) ?? []).flatMap(run => [{ run, depth }, ...visit(run.id, depth + 1)]);
  return visit(undefined, 0);
}

export function elapsed(run: TaskRun): number {
  const { histories } = run.state;
  const start = histories.find(({ state }) => state === 'RUNNING') ?? histories[0];
  const end = isTerminal(run.state.current) ? Date.parse(histories.at(-1)?.date ?? '') : Date.now();
  return end - Date.parse(start?.date ?? '');
}

/** What a task reported: its vars and values, not the bookkeeping around them. */
function varLines(run: TaskRun, name: string): string[] {
  const { outputFiles: _files, exitCode: _code, taskRunner: _runner, vars, ...rest } = run.outputs ?? {};
  const shown = { ...rest, ...(isMap(vars) ? vars : {}) };
  return Object.entries(shown).map(([key, value]) => `  ${name}.${oneLine(key)} = ${inline(value)}\n`);
}

function fileLines(run: TaskRun, name: string, storage: Storage, keepsFiles: boolean): string[] {
  const files = run.outputs?.outputFiles;
  if (!isMap(files)) return [];
  return Object.entries(files).map(
    ([path, uri]) => `  ${name}: ${oneLine(path)}${keepsFiles ? `  ${storage.localPath(String(uri)) ?? uri}` : ''}\n`,
  );
}

function inline(value: Value): string {
  return shorten(typeof value === 'string' ? value : writeJson(value as object), 200);
}
