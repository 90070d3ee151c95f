/** The execution's own course: its tasks, `errors`, `finally`, its outputs, and what runs after the end. */
import type { TaskRun } from '../model/execution.ts';
import { isTerminal, type State } from '../model/states.ts';
import { isMap } from '../model/value.ts';
import { stepSequential } from './container.ts';
import type { Draft } from './draft.ts';
import type { Answer } from './event.ts';
import { type Scope, scopeKey } from './execution-state.ts';
import { assessesAtEnd } from './sla.ts';
import { isStopping } from './stopping.ts';
import { isOfFlow } from './task-run-end.ts';

/** Looks what follows in the execution itself. */
export function stepExecution(draft: Draft): void {
  const { flow } = draft;
  if (isStopping(draft.execution)) {
    stepStopping(draft);
    return;
  }
  if (draft.execution.phase === 'after') {
    if (stepSequential(draft, undefined, 'afterExecution', flow.afterExecution, {}, false) === 'done') {
      draft.change({ phase: 'ended' });
    }
    return;
  }
  if (draft.execution.phase === 'main') {
    if (stepSequential(draft, undefined, 'tasks', flow.tasks, {}, true) === 'waiting') return;
    const failed = draft.scope(scopeKey(undefined, 'tasks')).failed > 0;
    draft.change({ phase: failed && flow.errors.length > 0 ? 'errors' : 'finally' });
  }
  if (draft.execution.phase === 'errors') {
    if (stepSequential(draft, undefined, 'errors', flow.errors, {}, false) === 'waiting') return;
    draft.change({ phase: 'finally' });
  }
  if (draft.execution.phase !== 'finally') return;
  if (stepSequential(draft, undefined, 'finally', flow.finally, {}, false) === 'waiting') return;
  if (assessesAtEnd(draft)) return;
  endExecution(draft, worst(draft.scope(scopeKey(undefined, 'tasks'))));
}

/** Ends when the last of what was active has; without the flow's outputs, as in Kestra. */
function stepStopping(draft: Draft): void {
  const { phase, state, ending } = draft.execution;
  const branches = ['tasks', 'errors', 'finally', 'afterExecution'];
  if (branches.some(branch => draft.scope(scopeKey(undefined, branch)).active > 0)) return;
  if (phase === 'after') draft.change({ phase: 'ended' });
  else if (!isTerminal(state.current)) close(draft, state.current === 'KILLING' ? 'KILLED' : (ending ?? 'KILLED'));
}

/** KILLED > FAILED > WARNING > SUCCESS (spec/flows.md 6.4). */
export function worst(scope: Scope): State {
  if (scope.killed > 0) return 'KILLED';
  if (scope.failed > 0) return 'FAILED';
  return scope.warning > 0 ? 'WARNING' : 'SUCCESS';
}

/** All tasks are done: outputs are rendered first, for they can still turn the end into a failure. */
function endExecution(draft: Draft, state: State): void {
  if (isTerminal(draft.execution.state.current)) return;
  if (draft.flow.outputs.length > 0) {
    draft.change({ phase: 'outputs', ending: state });
    draft.effect({ type: 'outputs', key: outputsKey(draft) });
    return;
  }
  close(draft, state);
}

/** The outputs are rendered, or cannot be. */
export function takeOutputs(draft: Draft, answer: Answer): void {
  if (draft.execution.phase !== 'outputs') return;
  const state = draft.execution.ending ?? 'SUCCESS';
  if (answer.ok) {
    if (isMap(answer.value)) draft.change({ outputs: answer.value });
    close(draft, state);
  } else {
    draft.log('ERROR', `Failed to render output values: ${answer.message}`);
    if (state !== 'FAILED') draft.moveExecution(state);
    close(draft, 'FAILED');
  }
}

/** Nobody wants the outputs any more; called before the state moves. */
export function dropOutputs(draft: Draft): void {
  if (draft.execution.phase === 'outputs') draft.finish(outputsKey(draft));
}

/** The history does not change while outputs are rendered; a restart makes it longer. */
function outputsKey(draft: Draft): string {
  return `outputs:${draft.execution.state.histories.length}`;
}

function close(draft: Draft, state: State): void {
  if (state === 'RETRIED' && [...draft.taskRuns()].some(isRetried)) draft.moveExecution('FAILED');
  draft.moveExecution(state);
  const { ending: _, ...execution } = draft.execution;
  draft.replace({ ...execution, phase: 'after' });
  stepExecution(draft);
}

/** A task of the flow's own list, which ended the execution by itself: its failure comes first in the history, as in Kestra. */
function isRetried(run: TaskRun): boolean {
  return isOfFlow(run) && run.state.current === 'RETRIED' && run.progress?.exit === undefined;
}
