/** The outputs of a flow, rendered at its end. */
import type { Answer } from '../engine/event.ts';
import { renderDeepTyped } from '../expression/index.ts';
import { coerceOutput } from '../flow/index.ts';
import { encryptText } from '../model/encryption.ts';
import type { Value } from '../model/value.ts';
import type { Carried } from './carried.ts';

/** All outputs, or why one cannot be rendered. One that is not required is left out with a warning. */
export async function renderFlowOutputs(carried: Carried): Promise<Answer> {
  const { flow } = carried.state;
  const key = carried.environment.config.encryptionKey;
  const encrypt = key === undefined ? undefined : (text: string) => encryptText(key, text);
  const context = carried.renderContext();
  const outputs: [string, Value][] = [];
  for (const output of flow.outputs) {
    const coerced = await renderDeepTyped(output.value, context).then(
      // Kestra renders to text, and nothing is an empty text.
      value => coerceOutput(output, value ?? '', encrypt),
      (error: Error) => ({ fault: error.message }),
    );
    if ('value' in coerced) outputs.push([output.id, coerced.value]);
    else if (output.required) return { ok: false, message: coerced.fault };
    else await carried.warn(`The output ${output.id} is left out: ${coerced.fault}`);
  }
  return { ok: true, value: Object.fromEntries(outputs) };
}
