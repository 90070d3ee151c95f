/** An ended execution is started again: what failed gets another attempt, or all from one task run on. */
import { mergeLabels } from '../flow/index.ts';
import type { TaskRun } from '../model/execution.ts';
import type { Task } from '../model/flow.ts';
import { initialState, isTerminal, moveTo } from '../model/states.ts';
import { isList, isMap } from '../model/value.ts';
import { awaited } from './awaited.ts';
import type { Draft } from './draft.ts';
import { flowableOf } from './flowables/index.ts';

const aftermath = new Set(['errors', 'finally', 'afterExecution']);

/** @param given the task run to begin with; what followed it is history. Without it, what failed is tried again. */
export function restart(draft: Draft, given?: string): void {
  if (!isTerminal(draft.execution.state.current) || draft.execution.phase !== 'ended') return;
  const { outputs: _outputs, ending: _ending, sla: _sla, ...kept } = draft.execution;
  draft.replace({ ...kept, phase: 'main' });
  draft.moveExecution('RESTARTED');
  draft.moveExecution('RUNNING');
  const runs = [...draft.taskRuns()];
  const again = new Set(
    given === undefined ? runs.filter(needsAnotherTry).map(({ id }) => id) : [startOf(draft, given)],
  );
  const around = new Set([...again].flatMap(id => ancestorsOf(draft, id)));
  const line = new Set(given === undefined ? [] : [...around, ...again]);
  if (given === undefined) {
    const label = { key: 'system.restarted', value: 'true' };
    draft.change({ labels: mergeLabels(draft.execution.labels, [label]) });
  }
  // What handled the failure will handle the next one: those runs are history.
  for (const { id } of runs) {
    const run = draft.taskRun(id);
    if (run && !run.superseded && aftermath.has(run.branch) && !line.has(id)) draft.supersede(run);
  }
  for (const id of line) supersedeFollowers(draft, id, runs);
  // Parents come before children.
  for (const { id } of runs) {
    const run = draft.taskRun(id);
    if (!run || run.superseded) continue;
    if (around.has(id)) tryAgain(draft, run, true);
    else if (again.has(id)) tryAgain(draft, run, given === undefined && canGoOn(draft, run));
  }
  draft.queue.push({ kind: 'advance', parentId: undefined, ended: undefined });
}

function needsAnotherTry(run: TaskRun): boolean {
  return ['FAILED', 'KILLED', 'CANCELLED'].includes(run.state.current);
}

/** Where a run can begin to be done again: a task of a WorkingDirectory only with that, for its directory is gone. */
function startOf(draft: Draft, id: string): string {
  let start = id;
  for (let run = draft.taskRun(id); run; run = draft.parent(run)) {
    if (flowableOf(draft.task(run).type)?.restartsAnew) start = run.id;
  }
  return start;
}

/** The task runs around one, the nearest first. */
function ancestorsOf(draft: Draft, id: string): readonly string[] {
  const parent = draft.taskRun(id)?.parentTaskRunId;
  return parent === undefined ? [] : [parent, ...ancestorsOf(draft, parent)];
}

/** What ran after a task run because it had ended: in a Dag what depends on it, in a ForEach also later values. */
function supersedeFollowers(draft: Draft, id: string, runs: readonly TaskRun[]): void {
  const run = draft.taskRun(id);
  const parent = run && draft.parent(run);
  const type = parent && draft.task(parent).type;
  if (!run || type === 'io.kestra.plugin.core.flow.Parallel') return;
  const dependants =
    type === 'io.kestra.plugin.core.flow.Dag' ? dependantsOf(draft.task(parent as TaskRun), run.taskId) : undefined;
  for (const other of runs.slice(runs.findIndex(each => each.id === id) + 1)) {
    if (other.parentTaskRunId !== run.parentTaskRunId) continue;
    if (dependants && !dependants.has(other.taskId)) continue;
    const current = draft.taskRun(other.id);
    if (current && !current.superseded) draft.supersede(current);
  }
}

/** The tasks of a Dag that need a task, directly or through others. */
function dependantsOf(dag: Task, taskId: string): ReadonlySet<string> {
  const needs = isMap(dag.properties.dependsOn) ? Object.entries(dag.properties.dependsOn) : [];
  const found = new Set([taskId]);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const [id, needed] of needs) if (isList(needed) && needed.some(each => found.has(String(each)))) found.add(id);
  }
  return found;
}

/** @param goesOn a flowable keeps its children */
function tryAgain(draft: Draft, run: TaskRun, goesOn: boolean): void {
  const flowable = flowableOf(draft.task(run).type);
  const restarted = { ...run, state: moveTo(run.state, 'RESTARTED', draft.date) };
  if (flowable && goesOn && !flowable.restartsAnew) {
    const { awaiting: _awaiting, exit: _exit, ...progress } = run.progress ?? {};
    const attempts = [...run.attempts.slice(0, -1), { state: initialState('RUNNING', draft.date) }];
    draft.move({ ...restarted, attempts, progress: { ...progress, phase: 'main' } }, 'RUNNING');
    draft.queue.push({ kind: 'advance', parentId: run.id, ended: undefined });
  } else {
    for (const child of childrenOf(draft, run)) draft.supersede(child);
    const { progress: _progress, ...anew } = restarted;
    // What Kestra's executor itself carries out has one attempt: not a Subflow, nor a WorkingDirectory, which a worker runs.
    const single = flowable !== undefined && !flowable.restartsAnew && !flowable.retried;
    draft.move(single ? { ...anew, attempts: anew.attempts.slice(0, -1) } : anew, 'CREATED');
    draft.queue.push({ kind: 'start', taskRunId: run.id });
  }
}

/** A flowable goes on where it was when its children were ended with it; what failed by itself begins anew. */
function canGoOn(draft: Draft, run: TaskRun): boolean {
  return run.state.current !== 'FAILED' && childrenOf(draft, run).length > 0 && awaited(run) === undefined;
}

function childrenOf(draft: Draft, run: TaskRun): readonly TaskRun[] {
  return [...draft.childrenOf(run.id)].flatMap(id => draft.taskRun(id) ?? []);
}
