/** What holds after every decision, whatever happened. */
import type { Decision } from '../../src/engine/draft.ts';
import { type ExecutionState, groupsKey, scopeKey } from '../../src/engine/execution-state.ts';
import type { Execution, TaskRun } from '../../src/model/execution.ts';
import { isTerminal, type State, type StateHistory } from '../../src/model/states.ts';

/** What a decision may change: terminal states stay, but at a restart. */
export function checkDecision(
  decision: Decision,
  before: { readonly execution: Execution; taskRun(id: string): TaskRun | undefined },
  restarting: boolean,
): void {
  if (restarting) return;
  const broken = brokenPromise(decision, before.execution);
  for (const run of decision.taskRuns) {
    const old = before.taskRun(run.id);
    if (!old) continue;
    // The task run after which an assertion does not hold takes the state of the execution, as in Kestra.
    if (broken === undefined || run.state.current !== broken || !isTerminal(old.state.current))
      grows(`task run ${run.id} of ${run.taskId}`, old.state, run.state);
    old.attempts.forEach((attempt, index) => {
      const now = run.attempts[index];
      if (!now) throw new Error(`attempt ${index} of ${run.taskId} is gone`);
      grows(`attempt ${index} of ${run.taskId}`, attempt.state, now.state);
    });
  }
  const { execution } = decision;
  if (execution) grows('execution', before.execution.state, execution.state);
  if (before.execution.phase === 'ended' && execution) throw new Error('an ended execution is changed');
}

/** The state in which a decision ends the execution since an SLA does not hold any more. */
function brokenPromise({ execution }: Decision, before: Execution): State | undefined {
  const violated = (of: Execution | undefined) => of?.sla?.violated.length ?? 0;
  return violated(execution) > violated(before) ? (execution?.ending ?? execution?.state.current) : undefined;
}

function grows(what: string, before: StateHistory, after: StateHistory): void {
  const path = (state: StateHistory) => state.histories.map(change => change.state).join();
  const wrong = () => new Error(`${what} went from ${path(before)} to ${path(after)}`);
  if (!path(after).startsWith(path(before))) throw wrong();
  if (after.histories.at(-1)?.state !== after.current) throw wrong();
  if (isTerminal(before.current) && after.histories.length > before.histories.length) throw wrong();
}

/** What an execution looks like between decisions. */
export function checkState(state: ExecutionState): void {
  for (const run of state.taskRuns()) {
    if (isTerminal(run.state.current)) {
      for (const id of state.childrenOf(run.id)) {
        const child = state.taskRun(id);
        if (child && !isTerminal(child.state.current))
          throw new Error(`${run.taskId} is ${run.state.current}, its child ${child.taskId} ${child.state.current}`);
      }
    } else if (state.execution.phase === 'ended') throw new Error(`${run.taskId} is still ${run.state.current}`);
  }
  if (state.execution.phase === 'ended' && !isTerminal(state.execution.state.current))
    throw new Error(`the execution has ended as ${state.execution.state.current}`);
}

/** All that a state can be asked for, as plain data. */
export function picture(state: ExecutionState): unknown {
  const runs = [...state.taskRuns()];
  const keys = runs.flatMap(run => [
    scopeKey(run.parentTaskRunId, run.branch),
    scopeKey(run.parentTaskRunId, run.branch, run.value),
    groupsKey(run.parentTaskRunId, run.branch),
  ]);
  const below = runs.map(run => [run.id, [...state.childrenOf(run.id)].toSorted()]);
  return {
    execution: state.execution,
    runs: runs.map(run => run.id),
    scopes: Object.fromEntries(keys.map(key => [key, state.scope(key)])),
    children: Object.fromEntries(runs.map(run => [run.id, state.child(run.parentTaskRunId, run.taskId, run.value)])),
    below: Object.fromEntries(below),
    active: [...state.activeIds()].toSorted(),
  };
}
