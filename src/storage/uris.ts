/** Where everything lies in internal storage: the layout that Kestra uses. */
import type { Execution } from '../model/execution.ts';
import { encodeSegment, uriOf } from './segments.ts';

type ExecutionName = Pick<Execution, 'namespace' | 'flowId' | 'id'>;

/** `kestra:///company/team/my-flow/executions/<id>`: all files of one execution are below. */
export function executionPrefix(namespace: string, flowId: string, executionId: string): string {
  return uriOf([...namespace.split('.'), slug(flowId), 'executions', executionId]);
}

/** `<execution>/tasks/<task>/<task run>`: files of one task run are below. */
export function taskRunPrefix(execution: ExecutionName, taskId: string, taskRunId: string): string {
  return below(prefixOf(execution), ['tasks', slug(taskId), taskRunId]);
}

/** `<execution>/inputs/<input>/<file>`. The input's id is not slugified. */
export function inputUri(execution: ExecutionName, inputId: string, fileName: string): string {
  return below(prefixOf(execution), ['inputs', inputId, fileName]);
}

/** `<prefix>/<path>`: a file below a prefix, by its relative path as it is named on a file system. */
export function fileUri(prefix: string, path: string): string {
  return below(prefix, parts(path));
}

/** `kestra:///company/team/_files/<path>`; without a path the folder of all. */
export function namespaceFileUri(namespace: string, path = ''): string {
  return uriOf([...namespace.split('.'), '_files', ...parts(path)]);
}

/**
 * The URI of a namespace file that is named as `nsfile:///<path>`, of that namespace, or `nsfile://<namespace>/<path>`;
 * undefined for any other text.
 */
export function namedNamespaceFile(text: string, namespace: string): string | undefined {
  const [, other = '', path = ''] = /^nsfile:\/\/([\w.-]*)\/([^\n]+)$/.exec(text.trim()) ?? [];
  return path === '' ? undefined : namespaceFileUri(other || namespace, path);
}

/** `kestra:///company/team/_kv/<key>.ion`; without a key the folder of all. */
export function kvUri(namespace: string, key?: string): string {
  return uriOf([...namespace.split('.'), '_kv', ...(key === undefined ? [] : [`${key}.ion`])]);
}

/** `kestra:///company/team/_cache/<flow>/<task>`: what is kept of a task from one execution to the next. */
export function taskCacheUri(namespace: string, flowId: string, taskId: string): string {
  return uriOf([...namespace.split('.'), '_cache', slug(flowId), slug(taskId)]);
}

/**
 * An id as it stands in URIs and engine names: `My_flow.v2` is `my-flowv2`. As Kestra's Slugify does: white space
 * becomes a dash, accents and all but letters, digits, `_` and `-` are dropped, `_` becomes a dash.
 */
export function slug(id: string): string {
  return id
    .replaceAll(/\s/g, '-')
    .normalize('NFD')
    .replaceAll(/[^\w-]/g, '')
    .replaceAll('_', '-')
    .replaceAll(/-+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .toLowerCase();
}

function prefixOf({ namespace, flowId, id }: ExecutionName): string {
  return executionPrefix(namespace, flowId, id);
}

function below(prefix: string, names: readonly string[]): string {
  return [prefix, ...names.map(encodeSegment)].join('/');
}

/** A leading slash and `./` mean nothing; `..` stays, and is refused by the storage. */
function parts(path: string): readonly string[] {
  return path.split('/').filter(part => part !== '' && part !== '.');
}
