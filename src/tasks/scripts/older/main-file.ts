import { isMap, type ValueMap } from '../../../model/value.ts';
import { TaskError } from '../../task-type.ts';

/** Whether `inputFiles` names that file, as far as it is known before it is rendered. */
export function namesFile({ inputFiles }: ValueMap, name: string): boolean {
  return isMap(inputFiles)
    ? Object.hasOwn(inputFiles, name)
    : typeof inputFiles === 'string' && inputFiles.includes(name);
}

/** @throws TaskError when the script itself is missing */
export function checkMainFile(properties: ValueMap, name: string): void {
  // An expression may give it: what is missing then, the interpreter says.
  const { inputFiles } = properties;
  if (namesFile(properties, name) || (typeof inputFiles === 'string' && inputFiles.includes('{{'))) return;
  throw new TaskError(`inputFiles must have a file ${name} with the script.`);
}
