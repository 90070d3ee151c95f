/** `windlass schema`: the JSON Schema of flows, for editors. */

import { catalogFor } from './catalog.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { flowJsonSchema } from './schema/flow-json-schema.ts';
import { readSettings, type SettingsOptions } from './settings.ts';

export async function schema(options: SettingsOptions, { output, environment }: Invocation): Promise<number> {
  const { config } = readSettings(options, environment);
  await output.stdout.push(`${JSON.stringify(flowJsonSchema(catalogFor(config, environment)), null, 1)}\n`);
  return exitCode.success;
}
