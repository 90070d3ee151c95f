/** The outputs of a flow, rendered at its end. */
import type { Answer } from '../engine/event.ts';
import { renderDeepTyped } from '../expression/index.ts';
import { coerceOutput } from '../flow/index.ts';
import { encryptText } from '../model/encryption.ts';
import type { Value } from '../model/value.ts';
import type { Carried } from './carried.ts';

/** All outputs, or why there are none. One that cannot be rendered is left out with a warning if it is not required. */
export async function renderFlowOutputs(
  carried: Carried,
  warn: (message: string) => Promise<void> = message => carried.warn(message),
): Promise<Answer> {
  const { flow } = carried.state;
  const key = carried.environment.config.encryptionKey;
  const encrypt = key === undefined ? undefined : (text: string) => encryptText(key, text);
  const context = carried.renderContext();
  const outputs: [string, Value][] = [];
  for (const output of flow.outputs) {
    const rendered = await renderDeepTyped(output.value, context).catch((error: Error) => error);
    if (rendered instanceof Error) {
      if (output.required) return { ok: false, message: rendered.message };
      await warn(`The output ${output.id} is left out: ${rendered.message}`);
      continue;
    }
    // Kestra renders to text, and nothing is an empty text.
    const coerced = coerceOutput(output, rendered ?? '', encrypt);
    if ('fault' in coerced) return { ok: false, message: coerced.fault };
    outputs.push([output.id, coerced.value]);
  }
  return { ok: true, value: Object.fromEntries(outputs) };
}
