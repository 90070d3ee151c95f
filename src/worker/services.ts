/** What expressions of an execution can reach: its secrets, and the files it has a right to. */
import type { Config } from '../config/config.ts';
import type { Services } from '../expression/render-context.ts';
import type { Execution, LogEntry } from '../model/execution.ts';
import type { Value } from '../model/value.ts';
import { KvReader } from '../storage/kv-store.ts';
import type { ReadableStorage } from '../storage/storage.ts';
import { executionPrefix, namedNamespaceFile, namespaceFileUri } from '../storage/uris.ts';

export function executionServices(
  execution: Execution,
  config: Config,
  storage: ReadableStorage,
  errorLogs: () => Promise<readonly LogEntry[]>,
): Services {
  const uriOf = (path: string, namespace = execution.namespace) => {
    if (!path.startsWith('kestra://')) return namedNamespaceFile(path, namespace) ?? namespaceFileUri(namespace, path);
    if (!readable(execution, path)) {
      throw new Error(`Unable to read the file '${path}' as it didn't belong to the current execution`);
    }
    return path;
  };
  return {
    kv: async (key, namespace) => {
      const store = new KvReader(storage);
      // Without a namespace the flow's own counts, and those above it.
      const entry = await (namespace === undefined ? store.find(execution.namespace, key) : store.get(namespace, key));
      return entry?.value;
    },
    secret: name => config.secrets[name.toUpperCase()],
    read: (path, namespace) => storage.getText(uriOf(path, namespace)),
    fileSize: (path, namespace) => storage.size(uriOf(path, namespace)),
    fileExists: (path, namespace) => storage.exists(uriOf(path, namespace)),
    errorLogs: async () => {
      const { namespace, flowId, id: executionId } = execution;
      return (await errorLogs()).map(entry => ({ namespace, flowId, executionId, ...entry }) as unknown as Value);
    },
    http: async request => (await import('../tasks/http/expression-call.ts')).callFromExpression(request),
    now: () => Date.now(),
  };
}

/** What the tasks of an execution have stored. */
const taskFile = /^kestra:\/\/\/.+\/executions\/.+\/tasks\/.+\/./;

/**
 * Files of the execution itself, of those that it replays and that started it, and of its namespace. Of all others what
 * their tasks have stored: what a subflow gives is read where it was started, as in Kestra.
 */
function readable(execution: Execution, uri: string): boolean {
  const prefixes = [
    executionPrefix(execution.namespace, execution.flowId, execution.id),
    executionPrefix(execution.namespace, execution.flowId, execution.originalId),
    namespaceFileUri(execution.namespace),
  ];
  const { namespace, flowId, executionId } = execution.trigger ?? {};
  if (namespace && flowId && executionId)
    prefixes.push(executionPrefix(String(namespace), String(flowId), String(executionId)));
  if (uri.split('/').includes('..')) return false;
  return taskFile.test(uri) || prefixes.some(prefix => uri.startsWith(`${prefix}/`));
}
