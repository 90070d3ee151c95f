/** Reading what an execution is given, when it starts and when it goes on after a pause. */
import { basename } from 'node:path';
import type { Config } from '../config/config.ts';
import { renderTyped } from '../expression/index.ts';
import { variablesOf } from '../expression/render-context.ts';
import { type GivenInput, type InputViolation, resolveInputs } from '../flow/index.ts';
import { encryptText } from '../model/encryption.ts';
import type { Execution } from '../model/execution.ts';
import type { Flow, FlowInput } from '../model/flow.ts';
import type { ValueMap } from '../model/value.ts';
import type { ReadableStorage, Storage } from '../storage/storage.ts';
import { inputUri } from '../storage/uris.ts';
import { SecretRegistry } from './secret-registry.ts';
import { executionServices } from './services.ts';
import { startVariables } from './variables.ts';

/** What inputs are read with; files that are given are put into the storage. */
export interface InputEnvironment {
  readonly config: Config;
  readonly storage: ReadableStorage & Pick<Storage, 'putFile'>;
}

/** One or more inputs were refused; nothing was started. */
export interface RefusedInputs {
  readonly violations: readonly InputViolation[];
}

/** All that is wrong, a line each. */
export function refusalText({ violations }: RefusedInputs): string {
  return violations.map(({ message }) => message).join('\n');
}

/** The inputs by their declared types, files stored and secrets encrypted; or everything that is wrong with them. */
export function resolveExecutionInputs(
  { config, storage }: InputEnvironment,
  flow: Flow,
  execution: Execution,
  declared: readonly FlowInput[],
  given: Readonly<Record<string, GivenInput>>,
): Promise<{ readonly inputs: ValueMap } | RefusedInputs> {
  const services = executionServices(execution, config, storage, async () => []);
  const taint = new SecretRegistry();
  const { encryptionKey } = config;
  return resolveInputs({ inputs: declared }, given, {
    render: (template, variables) =>
      renderTyped(template, {
        services,
        taint,
        variables: variablesOf({ ...startVariables(flow, execution, config), ...variables }),
      }),
    storeFile: async (inputId, path) => {
      const uri = inputUri(execution, inputId, basename(path));
      await storage.putFile(uri, path);
      return uri;
    },
    ...(encryptionKey !== undefined && { encrypt: (text: string) => encryptText(encryptionKey, text) }),
  });
}
