/** `windlass validate FILE|DIR…`: all problems of all files. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogFor } from './catalog.ts';
import { exitCode } from './exit-code.ts';
import { problemsText, readFlowFile } from './flow-file.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import { readSettings, type SettingsOptions } from './settings.ts';
import { palette } from './terminal/style.ts';

export interface ValidateOptions extends SettingsOptions {
  readonly json?: boolean;
}

export async function validate(
  paths: readonly string[],
  options: ValidateOptions,
  { output, environment }: Invocation,
): Promise<number> {
  const { config, warnings } = readSettings(options, environment);
  for (const warning of warnings) output.stderr.write(`${warning}\n`);
  const catalog = catalogFor(config, environment);
  const style = palette(output.stdout.colors);
  let refused = 0;
  const results: object[] = [];
  for (const path of (await Promise.all(paths.map(flowFiles))).flat()) {
    const file = readFlowFile(path, catalog, config);
    const errors = file.problems.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) refused += 1;
    results.push({ file: path, valid: errors.length === 0, problems: file.problems });
    if (options.json) continue;
    const names = file.flows.map(flow => `${flow.namespace}.${flow.id}`).join(', ');
    output.stdout.write(
      errors.length === 0 ? `${style.good('✓')} ${path}  ${style.dim(names)}\n` : `${style.bad('✗')} ${path}\n`,
    );
    if (file.problems.length > 0) output.stdout.write(`${problemsText(file, file.problems, output.stdout.colors)}\n`);
  }
  if (options.json) output.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else if (refused > 0 && results.length > 1)
    output.stdout.write(`\n${refused} of ${results.length} files ${refused === 1 ? 'has' : 'have'} problems.\n`);
  return refused > 0 ? exitCode.refused : exitCode.success;
}

/** The file itself, or all YAML files below a folder. */
async function flowFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => {
    throw new Refusal('unreadable-file', `Cannot read ${path}: there is no such file or folder.`);
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter(entry => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw new Refusal('unreadable-file', `There is no .yaml or .yml file in ${path}.`);
  return files;
}
