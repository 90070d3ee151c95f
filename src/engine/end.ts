/** The execution's own course: its tasks, `errors`, `finally`, its outputs, and what runs after the end. */
import { isTerminal, type State } from '../model/states.ts';
import { isMap } from '../model/value.ts';
import { isKilling, stepSequential } from './container.ts';
import type { Draft } from './draft.ts';
import type { Answer } from './event.ts';
import { type Scope, scopeKey } from './execution-state.ts';

/** Looks what follows in the execution itself. */
export function stepExecution(draft: Draft): void {
  const { flow } = draft;
  if (draft.execution.phase === 'main') {
    if (stepSequential(draft, undefined, 'tasks', flow.tasks, {}, true) === 'waiting') return;
    if (isKilling(draft)) return endExecution(draft, 'KILLED');
    const failed = draft.scope(scopeKey(undefined, 'tasks')).failed > 0;
    draft.change({ phase: failed && flow.errors.length > 0 ? 'errors' : 'finally' });
  }
  if (draft.execution.phase === 'errors') {
    if (stepSequential(draft, undefined, 'errors', flow.errors, {}, false) === 'waiting') return;
    if (isKilling(draft)) return endExecution(draft, 'KILLED');
    draft.change({ phase: 'finally' });
  }
  if (draft.execution.phase === 'finally') {
    if (stepSequential(draft, undefined, 'finally', flow.finally, {}, false) === 'waiting') return;
    if (isKilling(draft)) return endExecution(draft, 'KILLED');
    return endExecution(draft, worst(draft.scope(scopeKey(undefined, 'tasks'))));
  }
  if (draft.execution.phase === 'after') {
    if (stepSequential(draft, undefined, 'afterExecution', flow.afterExecution, {}, false) === 'waiting') return;
    draft.change({ phase: 'ended' });
  }
}

/** KILLED > FAILED > WARNING > SUCCESS (spec/flows.md 6.4). */
export function worst(scope: Scope): State {
  if (scope.killed > 0) return 'KILLED';
  if (scope.failed > 0) return 'FAILED';
  return scope.warning > 0 ? 'WARNING' : 'SUCCESS';
}

/** All tasks are done: outputs are rendered first, for they can still turn the end into a failure. */
export function endExecution(draft: Draft, state: State): void {
  if (isTerminal(draft.execution.state.current)) return;
  if (draft.flow.outputs.length > 0 && state !== 'KILLED' && state !== 'CANCELLED') {
    draft.change({ phase: 'outputs', ending: state });
    draft.effect({ type: 'outputs', key: `outputs:${draft.execution.state.histories.length}` });
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
    return close(draft, state);
  }
  draft.log('ERROR', `Failed to render output values: ${answer.message}`);
  if (state !== 'FAILED') draft.moveExecution(state);
  close(draft, 'FAILED');
}

function close(draft: Draft, state: State): void {
  draft.moveExecution(state);
  draft.change({ phase: 'after' });
  stepExecution(draft);
}
