/** What the paused tasks of an execution ask for when it goes on. */
import { type ExecutionState, taskOf } from '../engine/execution-state.ts';
import { declaredInputs, type GivenInput } from '../flow/index.ts';
import type { FlowInput } from '../model/flow.ts';
import { isList, isMap, type ValueMap } from '../model/value.ts';
import { type InputEnvironment, type RefusedInputs, resolveExecutionInputs } from './execution-inputs.ts';

/** One paused task run goes on, with what it asked for; plain JSON, so that another process can be told. */
export interface ResumeAnswer {
  readonly taskRunId: string;
  readonly onResume?: ValueMap;
}

/** The paused task runs by their ids, with what each asks for. */
function* asked(state: ExecutionState): Generator<readonly [taskRunId: string, inputs: readonly FlowInput[]]> {
  for (const id of state.activeIds()) {
    const run = state.taskRun(id);
    if (run?.state.current === 'PAUSED') yield [id, declaredInputs(taskOf(state.flow, run).properties.onResume)];
  }
}

/** All that the paused tasks ask for. */
export function resumeInputs(state: ExecutionState): readonly FlowInput[] {
  return [...asked(state)].flatMap(([, inputs]) => inputs);
}

/** An answer for each paused task run, or everything that is wrong with what was given. */
export async function resolveResumeInputs(
  environment: InputEnvironment,
  state: ExecutionState,
  given: Readonly<Record<string, GivenInput>>,
): Promise<readonly ResumeAnswer[] | RefusedInputs> {
  const answers: ResumeAnswer[] = [];
  for (const [id, declared] of asked(state)) {
    if (declared.length === 0) {
      answers.push({ taskRunId: id });
      continue;
    }
    const resolved = await resolveExecutionInputs(environment, state.flow, state.execution, declared, given);
    if ('violations' in resolved) return resolved;
    answers.push({ taskRunId: id, onResume: resolved.inputs });
  }
  return answers;
}

/** The answers as a message to the process that carries the execution out. */
export function resumeMessage(answers: readonly ResumeAnswer[]): ValueMap {
  return {
    type: 'resume',
    answers: answers.map(({ taskRunId, onResume }) => ({ taskRunId, ...(onResume && { onResume }) })),
  };
}

/** The inverse of `resumeMessage`; none for another message. */
export function resumeAnswers({ type, answers }: ValueMap): readonly ResumeAnswer[] {
  if (type !== 'resume' || !isList(answers)) return [];
  return answers.filter(isMap).map(({ taskRunId, onResume }) => ({
    taskRunId: String(taskRunId),
    ...(isMap(onResume) && { onResume }),
  }));
}
