/** `run --runner`: another task runner for every script task of a file, in the text of the flow itself. */
import { type Document, isMap, isScalar, isSeq, parseAllDocuments, visit, type YAMLMap } from 'yaml';
import type { Catalog, Declaration } from '../model/catalog.ts';
import { Refusal } from './refusal.ts';

/** The file's text as it will run and be stored, so that a resumed execution runs in the same way. */
export interface Overridden {
  readonly text: string;
  /** What the chosen runner has no use for, in words. */
  readonly notes: readonly string[];
}

/**
 * @param text a file that was found valid
 * @param name the end of a runner's type, in any case: `process`, `docker`
 * @throws Refusal for a runner that there is not
 */
export function overrideRunner(text: string, name: string, catalog: Catalog): Overridden {
  const runners = catalog.names().flatMap(type => catalog.runner(type) ?? []);
  const chosen = runners.find(({ type }) => shortName(type) === name.toLowerCase());
  if (!chosen) {
    const known = runners.map(({ type }) => shortName(type)).join(', ');
    throw new Refusal('bad-argument', `--runner ${name}: there is no such task runner. There are: ${known}.`);
  }
  const notes: string[] = [];
  const documents = parseAllDocuments(text) as Document[];
  for (const document of documents) {
    visit(document, {
      Map(_, map) {
        const type = map.get('type');
        const task = typeof type === 'string' ? catalog.task(type) : undefined;
        if (task && Object.hasOwn(task.schema().shape, 'taskRunner'))
          notes.push(...override(String(map.get('id')), map, chosen, document));
      },
    });
    // What they say of a runner is merged with what the tasks say, and wins where it is forced.
    const defaults = document.get('pluginDefaults');
    for (const entry of isSeq(defaults) ? defaults.items : []) {
      const values = isMap(entry) ? entry.get('values') : undefined;
      if (isMap(entry) && isMap(values) && values.has('taskRunner'))
        notes.push(...override(`pluginDefaults of ${entry.get('type')}`, values, chosen, document));
    }
  }
  return { text: documents.map(String).join(documents.length > 1 ? '---\n' : ''), notes };
}

/** The last part of a type in small letters, as the command line has it. */
function shortName(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1).toLowerCase();
}

/** @param of what the map belongs to, for people */
function override(of: string, task: YAMLMap, chosen: Declaration, document: Document): string[] {
  const before = task.get('taskRunner');
  const given = isMap(before) ? before : undefined;
  if (given?.get('type') === chosen.type) return [];
  const known = chosen.schema().shape;
  const kept: Record<string, unknown> = { type: chosen.type };
  const unused: string[] = [];
  for (const { key, value } of given?.items ?? []) {
    const property = isScalar(key) ? String(key.value) : String(key);
    if (property === 'type' || property === 'version') continue;
    if (Object.hasOwn(known, property)) kept[property] = value;
    else unused.push(`taskRunner.${property}`);
  }
  task.set('taskRunner', document.createNode(kept));
  // The older way to choose a runner would win over the new one.
  for (const older of ['runner', 'docker']) if (task.delete(older)) unused.push(older);
  const isLocal = shortName(chosen.type) === 'process';
  if (isLocal && task.has('containerImage')) unused.push('containerImage');
  return unused.length === 0
    ? []
    : [`${of}: without effect with --runner ${shortName(chosen.type)}: ${unused.join(', ')}`];
}
