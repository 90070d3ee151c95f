/** Reading a flow's file, with all its problems at once. */

import type { Config } from '../config/config.ts';
import { readFlows } from '../flow/index.ts';
import { problemText } from '../flow/problem-text.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Flow, Problem } from '../model/flow.ts';
import { readText } from './files.ts';
import { Refusal } from './refusal.ts';

export interface FlowFile {
  readonly name: string;
  readonly source: string;
  readonly flows: readonly Flow[];
  readonly problems: readonly Problem[];
}

export function readFlowFile(path: string, catalog: Catalog, config: Config): FlowFile {
  const source = readText(path, 'flow');
  return {
    name: path,
    source,
    ...readFlows({ name: path, text: source }, { catalog, pluginDefaults: config.pluginDefaults }),
  };
}

/** The file's flows, or a refusal that shows every problem. */
export function readRunnableFlows(path: string, catalog: Catalog, config: Config, colors: boolean): FlowFile {
  return runnable(readFlowFile(path, catalog, config), colors);
}

/** The file with another text in place of its own, for this run. */
export function withText(file: FlowFile, text: string, catalog: Catalog, config: Config): FlowFile {
  const read = readFlows({ name: file.name, text }, { catalog, pluginDefaults: config.pluginDefaults });
  return runnable({ name: file.name, source: text, ...read }, false);
}

function runnable(file: FlowFile, colors: boolean): FlowFile {
  const errors = file.problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0 && file.flows.length > 0) return file;
  const violations = errors.map(({ path: at, position, message, code }) => ({ path: at, ...position, message, code }));
  const count = errors.length === 1 ? 'one problem' : `${errors.length} problems`;
  throw new Refusal(
    'invalid-flow',
    `${file.name} is not a flow that can run: ${count}.`,
    violations,
    problemsText(file, errors, colors),
  );
}

export function problemsText(file: FlowFile, problems: readonly Problem[], colors: boolean): string {
  return problems
    .map(problem => problemText(problem, { name: file.name, text: file.source }, { color: colors }))
    .join('\n');
}
