/** What must be right before an execution is created. */
import type { Execution } from '../model/execution.ts';
import type { Flow } from '../model/flow.ts';
import { newId } from '../model/ids.ts';
import { type InputEnvironment, type RefusedInputs, resolveExecutionInputs } from './execution-inputs.ts';
import { failedChecks } from './flow-checks.ts';
import { newExecution, type Origin } from './new-execution.ts';
import type { StartRequest } from './start-request.ts';

/** An execution that can be created, with its inputs. */
export interface Accepted extends Pick<StartRequest, 'flows' | 'flowIndex' | 'source'> {
  readonly flow: Flow;
  readonly execution: Execution;
}

/** Reads the inputs, and looks at the checks of the flow; no store is needed for it. */
export async function accept(
  environment: InputEnvironment,
  { flows, flowIndex, source, inputs, labels }: StartRequest,
  origin: Origin = { id: newId() },
): Promise<Accepted | RefusedInputs> {
  const flow = flows[flowIndex];
  if (!flow) throw new Error('the file has no such flow');
  const created = newExecution(flow, labels, origin);
  const resolved = await resolveExecutionInputs(environment, flow, created, flow.inputs, inputs);
  if ('violations' in resolved) return resolved;
  const execution = { ...created, inputs: resolved.inputs };
  const checks = await failedChecks(environment, flow, execution);
  const blocking = checks.filter(({ behavior }) => behavior === 'BLOCK_EXECUTION');
  if (blocking.length > 0) return { violations: blocking.map(({ message }) => ({ path: 'checks', message })) };
  return { flows, flowIndex, source, flow, execution };
}
