/** The types that Kestra has, so that one that is not built here is refused by name and not as a misspelling. */

const core: Readonly<Record<string, string>> = {
  condition:
    'DateTimeBetween DayWeek DayWeekInMonth ExecutionFlow ExecutionLabels ExecutionNamespace ExecutionOutputs ExecutionStatus Expression FlowCondition FlowNamespaceCondition HasRetryAttempt MultipleCondition Not Or PublicHoliday TimeBetween Weekend',
  debug: 'Echo Return',
  execution: 'Assert Cancel Count Exit Fail Kill Labels PurgeExecutions Resume SetVariables UnsetVariables',
  flow: 'AllowFailure Approval Dag EachParallel EachSequential ForEach ForEachItem If Loop LoopUntil Parallel Pause Sequential Sleep Subflow Switch Template WaitFor WorkingDirectory',
  http: 'Download Request SseRequest Trigger',
  kv: 'Delete Get GetKeys PurgeKV Set Version',
  log: 'Fetch Log PurgeLogs',
  metric: 'Publish',
  namespace: 'DeleteFiles DownloadFiles PurgeFiles UploadFiles Version',
  output: 'OutputValues',
  runner: 'Process',
  state: 'Delete Get Set',
  storage: 'Concat DeduplicateItems Delete FilterItems LocalFiles PurgeCurrentExecutionFiles Reverse Size Split',
  templating: 'TemplatedTask',
  trigger: 'Flow Schedule ScheduleOnDates Toggle Webhook',
};

/** Names that Kestra has in plugins; whole families end with a dot. */
const plugins: readonly string[] = [
  'io.kestra.plugin.scripts.',
  'io.kestra.plugin.graalvm.',
  'io.kestra.plugin.ee.',
  'io.kestra.plugin.fs.',
  'io.kestra.plugin.git.',
  'io.kestra.plugin.docker.',
  'io.kestra.plugin.kubernetes.',
  'io.kestra.plugin.gcp.',
  'io.kestra.plugin.aws.',
  'io.kestra.plugin.azure.',
  'io.kestra.plugin.jdbc.',
  'io.kestra.plugin.notifications.',
  'io.kestra.plugin.serdes.',
  'io.kestra.plugin.dbt.',
  'io.kestra.plugin.terraform.',
  'io.kestra.plugin.ansible.',
];

const coreNames = new Set(
  Object.entries(core).flatMap(([group, names]) =>
    names.split(' ').map(name => `io.kestra.plugin.core.${group}.${name}`),
  ),
);

/** The older names: `io.kestra.core.tasks.<plural>.<Name>` for most groups, some below other roots. */
const olderGroups: Readonly<Record<string, string>> = {
  debugs: 'debug',
  executions: 'execution',
  flows: 'flow',
  log: 'log',
  states: 'state',
  storages: 'storage',
  templating: 'templating',
  trigger: 'trigger',
};
const olderNames: ReadonlySet<string> = new Set([
  'io.kestra.core.tasks.executions.Counts',
  'io.kestra.core.tasks.flows.Flow',
  'io.kestra.core.tasks.flows.Worker',
  'io.kestra.core.tasks.storages.Purge',
  'io.kestra.core.tasks.storages.PurgeExecution',
  'io.kestra.plugin.core.storage.Purge',
  'io.kestra.plugin.core.storage.PurgeExecution',
  'io.kestra.core.models.triggers.types.Flow',
  'io.kestra.core.models.triggers.types.Schedule',
  'io.kestra.core.models.triggers.types.Webhook',
]);

/** True for the name of a type, new or old, that Kestra or one of its well-known plugins has. */
export function isKnownType(type: string): boolean {
  if (coreNames.has(type) || olderNames.has(type) || plugins.some(family => type.startsWith(family))) return true;
  const [, group = '', name = ''] = /^io\.kestra\.core\.tasks\.(\w+)\.(\w+)$/.exec(type) ?? [];
  const newer = olderGroups[group];
  if (newer !== undefined) return coreNames.has(`io.kestra.plugin.core.${newer}.${name}`);
  const condition =
    /^io\.kestra\.(?:core\.models\.conditions\.types|plugin\.core\.condition)\.(\w+?)(?:Condition)?$/.exec(type);
  return (
    condition !== null &&
    (coreNames.has(`io.kestra.plugin.core.condition.${condition[1]}`) || condition[1] === 'Variable')
  );
}
