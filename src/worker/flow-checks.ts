/** The `checks` of a flow: what must hold before an execution is created. */
import type { Config } from '../config/config.ts';
import { ExecutionState } from '../engine/execution-state.ts';
import { isTruthy, render } from '../expression/index.ts';
import type { Execution } from '../model/execution.ts';
import type { Check, Flow } from '../model/flow.ts';
import type { ReadableStorage } from '../storage/storage.ts';
import { SecretRegistry } from './secret-registry.ts';
import { executionServices } from './services.ts';
import { executionVariables } from './variables.ts';

const strictness: readonly Check['behavior'][] = ['CREATE_EXECUTION', 'FAIL_EXECUTION', 'BLOCK_EXECUTION'];

/** What does not hold, the strictest first; a condition that cannot be rendered does not hold. */
export async function failedChecks(
  { config, storage }: { readonly config: Config; readonly storage: ReadableStorage },
  flow: Flow,
  execution: Execution,
): Promise<readonly Pick<Check, 'behavior' | 'message'>[]> {
  const context = {
    variables: executionVariables(new ExecutionState(flow, execution), config, () => execution.inputs),
    services: executionServices(execution, config, storage, async () => []),
    taint: new SecretRegistry(),
  };
  const failed: Pick<Check, 'behavior' | 'message'>[] = [];
  for (const { condition, message, behavior } of flow.checks ?? []) {
    try {
      if (!isTruthy(await render(condition, context)))
        failed.push({ behavior, message: await render(message, context) });
    } catch (error) {
      failed.push({ behavior, message: `${message} (${(error as Error).message})` });
    }
  }
  return failed.sort((a, b) => strictness.indexOf(b.behavior) - strictness.indexOf(a.behavior));
}
