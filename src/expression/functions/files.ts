/** `read`, `fileSize`, `fileExists`, `isFileEmpty`, `fileURI`: files of the internal storage and of namespaces. */
import type { Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Frame } from '../frame.ts';
import { type Args, type ExpressionFunction, missingArgument } from '../invocable.ts';
import { optionalText } from '../typed-arguments.ts';
import { flowNamespace } from './flow-namespace.ts';

const parameters = ['path', 'namespace'];

export const fileFunctions = {
  read: { parameters, call: read },
  fileSize: { parameters, call: (args, frame) => BigInt(sizeOf(args, frame, 'fileSize')) },
  isFileEmpty: { parameters, call: (args, frame) => sizeOf(args, frame, 'isFileEmpty') === 0 },
  fileExists: { parameters, call: fileExists },
  fileURI: { parameters, call: fileUri },
} satisfies Record<string, ExpressionFunction>;

function read(args: Args, frame: Frame): Value {
  const service = frame.service('read', 'read');
  const file = fileArguments(args, 'read');
  return frame.answer(JSON.stringify(['read', ...file]), () => service(...file));
}

function sizeOf(args: Args, frame: Frame, name: string): number {
  const service = frame.service('fileSize', name);
  const file = fileArguments(args, name);
  return frame.answer(JSON.stringify(['fileSize', ...file]), () => service(...file));
}

function fileExists(args: Args, frame: Frame): Value {
  const service = frame.service('fileExists', 'fileExists');
  const file = fileArguments(args, 'fileExists');
  if (/(?:^|\/)\.\.(?:\/|$)/.test(file[0])) throw new Fault(`fileExists: write the full path, without '..'`);
  return frame.answer(JSON.stringify(['fileExists', ...file]), () => service(...file));
}

function fileArguments(args: Args, name: string): [path: string, namespace?: string] {
  const path = pathArgument(args, name);
  const namespace = optionalText(args[1], 'namespace');
  return namespace === undefined ? [path] : [path, namespace];
}

function pathArgument([path]: Args, name: string): string {
  const text = optionalText(path, 'path');
  if (text === undefined) throw missingArgument('function', name, 'path');
  return text;
}

/** `kestra:///<namespace as folders>/_files/<path>`. */
function fileUri(args: Args, frame: Frame): Value {
  const path = pathArgument(args, 'fileURI').replace(/^\//, '');
  if (path.includes('../')) throw new Fault("Path must not contain '../'");
  const namespace = optionalText(args[1], 'namespace') ?? flowNamespace(frame, 'fileURI');
  return `kestra:///${namespace.replaceAll('.', '/')}/_files/${path}`;
}
