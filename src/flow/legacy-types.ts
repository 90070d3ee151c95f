/** Names that types had before Kestra 0.17, when the core tasks moved to `io.kestra.plugin.core`. */

const movedFolders: Readonly<Record<string, string>> = {
  debugs: 'debug',
  executions: 'execution',
  flows: 'flow',
  http: 'http',
  log: 'log',
  states: 'state',
  storages: 'storage',
  templating: 'templating',
  trigger: 'trigger',
};

const renamed: Readonly<Record<string, string>> = {
  'execution.Counts': 'execution.Count',
  'flow.Flow': 'flow.Subflow',
  'flow.Worker': 'flow.WorkingDirectory',
  'storage.Purge': 'execution.PurgeExecutions',
  'storage.PurgeExecution': 'storage.PurgeCurrentExecutionFiles',
};

/** The present name of a type; the name itself when it was never another. */
export function presentType(type: string): string {
  const old = /^io\.kestra\.core\.tasks\.(\w+)\.(\w+)$/.exec(type);
  const folder = old && movedFolders[old[1] ?? ''];
  const name = folder ? `${folder}.${old[2]}` : /^io\.kestra\.plugin\.core\.(\w+\.\w+)$/.exec(type)?.[1];
  if (name !== undefined) return `io.kestra.plugin.core.${Object.hasOwn(renamed, name) ? renamed[name] : name}`;
  const http = /^io\.kestra\.plugin\.fs\.http\.(Download|Request|Trigger)$/.exec(type);
  return http ? `io.kestra.plugin.core.http.${http[1]}` : type;
}
