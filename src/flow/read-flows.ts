/** A YAML file to flows. */
import type { Catalog } from '../model/catalog.ts';
import type { Flow, Problem } from '../model/flow.ts';
import type { PluginDefault } from '../model/plugin-default.ts';
import { readFlow } from './read-flow.ts';
import { Types } from './types.ts';
import { readYaml } from './yaml/read-yaml.ts';

/**
 * Reads all flows of a file, one a YAML document. `problems` has everything found, by position; while one of them is
 * an error, `flows` holds only the documents without. Never throws for what a file holds.
 */
export function readFlows(
  file: { readonly name: string; readonly text: string },
  options: { readonly catalog: Catalog; readonly pluginDefaults?: readonly PluginDefault[] },
): { flows: Flow[]; problems: Problem[] } {
  const yaml = readYaml(file.text);
  const problems: Problem[] = [...yaml.problems];
  const flows: Flow[] = [];
  const types = new Types(options.catalog);
  const lines = new Map<string, number>();
  for (const document of yaml.documents) {
    const { flow, problems: found } = readFlow(document, {
      types,
      locations: yaml.locations,
      pluginDefaults: options.pluginDefaults ?? [],
    });
    problems.push(...found);
    if (!flow) continue;
    flows.push(flow);
    const position = yaml.locations.positionOf(document.value as object, ['id'], 'value');
    const name = `${flow.namespace}.${flow.id}`;
    const first = lines.get(name);
    if (first === undefined) lines.set(name, position.line);
    else {
      const message = `The flow ${name} is in this file twice`;
      problems.push({
        code: 'duplicate-id',
        severity: 'error',
        message,
        path: 'id',
        position,
        hint: `The first one is at line ${first}.`,
      });
    }
  }
  if (yaml.documents.length === 0 && problems.length === 0) problems.push(nothingIn(file.text));
  problems.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  return { flows, problems };
}

function nothingIn(text: string): Problem {
  const empty = text.trim() === '';
  return {
    code: 'empty-file',
    severity: 'error',
    message: empty ? 'the file is empty' : 'the file holds no flow, only comments',
    path: '',
    position: { line: 1, column: 1 },
    hint: 'A flow needs at least id, namespace and tasks.',
  };
}
