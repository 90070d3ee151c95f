/** From the text of manifests to objects of the API. */
import { TaskError } from '../../task-type.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** All documents, and the items of lists; empty documents count for nothing. @throws TaskError */
export async function readManifests(text: string): Promise<readonly Manifest[]> {
  const { parseAllDocuments } = await import('yaml');
  const manifests: Manifest[] = [];
  for (const [index, document] of [...parseAllDocuments(text)].entries()) {
    const where = `The property spec, document ${index + 1}`;
    const [fault] = document.errors;
    if (fault) throw new TaskError(`${where} is no YAML: ${fault.message.split('\n')[0]}`);
    const read: unknown = document.toJS();
    if (read === null) continue;
    const list = isObject(read) && read.kind === 'List' && Array.isArray(read.items) ? read.items : [read];
    manifests.push(...list.map(item => checked(item, where)));
  }
  return manifests;
}

function checked(item: unknown, where: string): Manifest {
  if (!isObject(item)) throw new TaskError(`${where} is no object of Kubernetes: it must be a map.`);
  const metadata = isObject(item.metadata) ? item.metadata : {};
  const needed = { apiVersion: item.apiVersion, kind: item.kind, 'metadata.name': metadata.name };
  for (const [path, value] of Object.entries(needed)) {
    if (typeof value !== 'string' || value === '') throw new TaskError(`${where}: ${path} must be a text.`);
  }
  return item as unknown as Manifest;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
