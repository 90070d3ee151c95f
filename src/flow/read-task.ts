/** Reads one task with its children: type, common properties, own properties, runner, branches. */
import type { TaskDeclaration } from '../model/catalog.ts';
import { DurationError, parseDuration } from '../model/duration.ts';
import type { LogLevel, Task } from '../model/flow.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { checkProperties } from './check/check-properties.ts';
import { isExpression, shown } from './check/judge-issue.ts';
import type { Report } from './check/report.ts';
import { checkProviderTask } from './provider-task.ts';
import { readBranches } from './read-branches.ts';
import { readInputs } from './read-inputs.ts';
import { checkRunner } from './read-runner.ts';
import { durationText, readRetry } from './retry.ts';
import { scalarText } from './scalar-text.ts';
import { taskSchema } from './schema/task-schema.ts';
import type { Types } from './types.ts';
import type { Path } from './yaml/locations.ts';

/** What reading the tasks of one flow shares. */
export interface TaskReading {
  readonly types: Types;
  readonly report: Report;
  /** Every task read so far, in the order of the document. */
  readonly found: { readonly task: Task; readonly path: Path; readonly kind: TaskDeclaration['kind'] }[];
  /** Ids of tasks whose type or shape is wrong: they exist, but cannot be read further. */
  readonly ids: { readonly id: string; readonly path: Path }[];
  /** Names of properties of tasks that were read and have no effect. */
  readonly unused: Set<string>;
}

/** The task, or undefined when it cannot be made out; problems are reported either way. */
export function readTask(value: Value, path: Path, reading: TaskReading): Task | undefined {
  const { report, types } = reading;
  if (!isMap(value)) {
    report.add({ code: 'wrong-type', message: `a task must be a map with id and type, but is ${shown(value)}`, path });
    return undefined;
  }
  const id = scalarText(value.id) ?? '';
  if (id !== '') reading.ids.push({ id, path });
  const { type } = value;
  if (typeof type !== 'string') {
    const missing = type === undefined || type === null;
    report.add({
      code: missing ? 'missing-property' : 'wrong-type',
      message: missing ? 'Invalid type: <null>' : `Invalid type: ${shown(type)}`,
      path: missing ? path : [...path, 'type'],
      hint: 'Every task needs a type, such as io.kestra.plugin.core.log.Log.',
    });
    return undefined;
  }
  const declaration = types.task(type);
  if (!declaration) {
    types.refuse(type, [...path, 'type'], 'task', report);
    return undefined;
  }
  return readDeclared(value, declaration, path, reading);
}

function readDeclared(source: ValueMap, declaration: TaskDeclaration, path: Path, reading: TaskReading): Task {
  const { report } = reading;
  const schema = reading.types.schema(declaration);
  const branchNames = (declaration.branches ?? []).map(branch => branch.property);
  const { common, own } = split(source, branchNames);
  const name = scalarText(source.id) ?? declaration.type.slice(declaration.type.lastIndexOf('.') + 1);
  const shared = report.locations.derive(common, source);
  const checked = checkProperties(shared, taskSchema(), {
    path,
    report,
    subject: { name, what: 'a task' },
    dynamic: false,
  });
  const properties = checkProperties(report.locations.derive(own, source), schema, {
    path,
    report,
    subject: { name, what: declaration.type, otherKeys: [...Object.keys(taskSchema().shape), ...branchNames] },
    dynamic: true,
  });
  for (const fault of declaration.check?.(source) ?? []) {
    const at = fault.path === '' ? path : [...path, ...fault.path.split('.')];
    report.add({
      code: 'invalid-value',
      message: `${fault.path === '' ? name : `${name}.${fault.path}`}: ${fault.message}`,
      path: at,
    });
  }
  const runner = checkRunner(properties.taskRunner, [...path, 'taskRunner'], name, reading);
  const checkInner = (task: ValueMap, at: Path): void => {
    const named = report.locations.derive({ ...task, id: 'oauthTokenProvider' }, task);
    readTask(named, at, { ...reading, found: [], ids: [] });
  };
  checkProviderTask(runner?.config, [...path, 'taskRunner', 'config'], checkInner);
  checkProviderTask(properties.connection, [...path, 'connection'], checkInner);
  const slot = reading.found.length;
  const { branches, dependsOn } = readBranches(source, declaration, name, path, reading);
  if (declaration.type === pauseType) readInputs(properties.onResume, [...path, 'onResume'], report);
  const retry = readRetry(checked.retry, [...path, 'retry'], name, report);
  checkTimeout(checked.timeout, path, name, report);
  if (checked.version !== undefined) reading.unused.add('version');
  const position = report.locations.positionOf(report.root, path, 'value');
  const ownTasks = declaration
    .ownTasks?.(name, properties)
    .map((each): Task => ({ ...each, position, ...unflagged, branches: {} }));
  const task: Task = {
    id: name,
    type: declaration.type,
    position,
    ...(retry && { retry }),
    ...(checked.timeout !== undefined && { timeout: durationText(checked.timeout) }),
    ...(typeof checked.runIf === 'string' && { runIf: checked.runIf }),
    disabled: checked.disabled === true,
    allowFailure: checked.allowFailure === true,
    allowWarning: checked.allowWarning === true,
    ...(typeof checked.logLevel === 'string' && { logLevel: checked.logLevel as LogLevel }),
    logToFile: checked.logToFile === true,
    ...readWorkerGroup(checked.workerGroup),
    ...readCache(checked.taskCache),
    properties: { ...properties, ...(runner && { taskRunner: runner }), ...(dependsOn && { dependsOn }) },
    branches: ownTasks ? { ...branches, tasks: ownTasks } : branches,
  };
  reading.found.splice(slot, 0, { task, path, kind: declaration.kind });
  return task;
}

const pauseType = 'io.kestra.plugin.core.flow.Pause';

const unflagged = { disabled: false, allowFailure: false, allowWarning: false, logToFile: false } as const;

/** Common properties, own ones; branches are left out of both. */
function split(source: ValueMap, branchNames: readonly string[]): { common: ValueMap; own: ValueMap } {
  const shape = taskSchema().shape;
  const common: [string, Value][] = [];
  const own: [string, Value][] = [];
  for (const entry of Object.entries(source)) {
    if (Object.hasOwn(shape, entry[0])) common.push(entry);
    else if (!branchNames.includes(entry[0])) own.push(entry);
  }
  return { common: Object.fromEntries(common), own: Object.fromEntries(own) };
}

/** Kestra takes any text and fails the task when it runs: worth saying before. */
function checkTimeout(timeout: Value | undefined, path: Path, name: string, report: Report): void {
  if (typeof timeout !== 'string' || isExpression(timeout)) return;
  try {
    parseDuration(timeout);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    report.add({
      code: 'invalid-duration',
      severity: 'warning',
      message: `${name}.timeout: ${error.message}`,
      path: [...path, 'timeout'],
      hint: 'The task will fail when it runs.',
    });
  }
}

/** Without a key any worker will do. */
export function readWorkerGroup(value: Value | undefined): Pick<Task, 'workerGroup'> {
  if (!isMap(value) || typeof value.key !== 'string') return {};
  const { key, fallback } = value;
  return { workerGroup: { key, fallback: fallback === 'FAIL' || fallback === 'CANCEL' ? fallback : 'WAIT' } };
}

function readCache(taskCache: Value | undefined): Pick<Task, 'cache'> {
  if (!isMap(taskCache) || taskCache.enabled !== true) return {};
  return { cache: { ...(taskCache.ttl !== undefined && { ttl: durationText(taskCache.ttl) }) } };
}
