/** The outputs of a flow, rendered at its end. */
import type { Answer } from '../engine/event.ts';
import { renderDeepTyped } from '../expression/index.ts';
import { coerceOutput } from '../flow/outputs.ts';
import type { Value } from '../model/value.ts';
import type { Carried } from './carried.ts';

/** All outputs, or why one cannot be rendered. One that is not required is left out with a warning. */
export async function renderFlowOutputs(carried: Carried): Promise<Answer> {
  const { flow, execution } = carried.state;
  const context = carried.renderContext();
  const outputs: [string, Value][] = [];
  for (const output of flow.outputs) {
    try {
      outputs.push([output.id, coerceOutput(output, await renderDeepTyped(output.value, context))]);
    } catch (error) {
      const message = carried.secrets.mask((error as Error).message);
      if (output.required) return { ok: false, message };
      const entry = {
        timestamp: new Date().toISOString(),
        level: 'WARN' as const,
        message: `The output ${output.id} is left out: ${message}`,
      };
      await carried.environment.store.append(carried.claim, { logs: [entry] });
      carried.environment.listener.logs?.([entry], execution.id);
    }
  }
  return { ok: true, value: Object.fromEntries(outputs) };
}
