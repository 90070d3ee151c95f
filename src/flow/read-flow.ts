/** One YAML document to a flow: old names replaced, defaults filled in, everything checked. */
import type { Flow, FlowOutput, Problem } from '../model/flow.ts';
import type { PluginDefault } from '../model/plugin-default.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import { checkProperties } from './check/check-properties.ts';
import { shown } from './check/judge-issue.ts';
import { Report } from './check/report.ts';
import { readLabels } from './labels.ts';
import { replaceLegacyRunners } from './legacy-runner.ts';
import { applyPluginDefaults } from './plugin-defaults.ts';
import { listOf, readTasks } from './read-branches.ts';
import { readInputs } from './read-inputs.ts';
import { flowPluginDefaults } from './read-plugin-defaults.ts';
import { readPromises } from './read-promises.ts';
import { readWorkerGroup, type TaskReading } from './read-task.ts';
import { checkTriggers } from './read-triggers.ts';
import { checkTemplates, type TemplateOwner } from './references.ts';
import { readRetry } from './retry.ts';
import { scalarText } from './scalar-text.ts';
import { flowSchema } from './schema/flow-schema.ts';
import { checkScriptSecrets } from './script-secrets.ts';
import type { Types } from './types.ts';
import type { Locations } from './yaml/locations.ts';
import type { YamlDocument } from './yaml/read-yaml.ts';

/** Properties that are checked and change nothing in one run. */
const withoutEffect = ['triggers'] as const;
const taskLists = ['tasks', 'errors', 'finally', 'afterExecution'] as const;

/** Ids that are words of Kestra's own URLs. */
const reservedIds: ReadonlySet<string> = new Set([
  'pause',
  'resume',
  'force-run',
  'change-status',
  'kill',
  'executions',
  'search',
  'source',
  'disable',
  'enable',
]);

/** The flow, undefined when the document has errors; and everything there is to say about it. */
export function readFlow(
  document: YamlDocument,
  options: { readonly types: Types; readonly locations: Locations; readonly pluginDefaults: readonly PluginDefault[] },
): { readonly flow: Flow | undefined; readonly problems: readonly Problem[] } {
  const { types, locations } = options;
  if (!isMap(document.value)) return refused(document, locations);
  const written = document.value;
  const flowReport = new Report(written, locations);
  const own = flowPluginDefaults(written.pluginDefaults, types, flowReport);
  const renamed = withoutOldNames(written, flowReport);
  const filled = applyPluginDefaults(renamed, [...own, ...options.pluginDefaults], {
    locations,
    canonical: type => types.canonical(type),
    properties: type => types.properties(type),
  });
  const root = withPresentRunners(filled, types, locations);
  const report = new Report(root, locations);
  report.problems.push(...flowReport.problems);
  const reading: TaskReading = { types, report, found: [], ids: [], unused: new Set() };
  const flow = readChecked(root, document.source, reading);
  return { flow: report.hasErrors ? undefined : flow, problems: report.problems };
}

function withPresentRunners(flow: ValueMap, types: Types, locations: Locations): ValueMap {
  const lists = taskLists.flatMap((name): [string, Value][] => {
    const value = flow[name];
    if (value === undefined) return [];
    const replaced = replaceLegacyRunners(value, types, locations);
    return replaced === value ? [] : [[name, replaced]];
  });
  return lists.length === 0 ? flow : locations.derive({ ...flow, ...Object.fromEntries(lists) }, flow);
}

function readChecked(root: ValueMap, source: string, reading: TaskReading): Flow {
  const { report } = reading;
  const checked = checkProperties(root, flowSchema(), {
    path: [],
    report,
    subject: { name: '', what: 'a flow' },
    dynamic: false,
  });
  const lists = Object.fromEntries(
    taskLists.map(name => {
      const value = checked[name];
      return [
        name,
        isList(value) ? readTasks(listOf(value, [name], name, reading) ?? [], [name], reading) : [],
      ] as const;
    }),
  ) as Record<(typeof taskLists)[number], Flow['tasks']>;
  const inputs = readInputs(checked.inputs, ['inputs'], report);
  const outputs = readOutputs(checked.outputs, reading);
  checkTriggers(checked.triggers, ['triggers'], report);
  const retry = readRetry(checked.retry, ['retry'], '', report);
  const { labels, faults } = readLabels(checked.labels);
  for (const fault of faults)
    report.add({ code: 'invalid-label', message: fault.message, path: ['labels', ...fault.path] });
  checkIdentity(checked, reading);
  checkTemplates(
    templateOwners(root, reading),
    { tasks: reading.ids.map(({ id }) => id), inputs: inputs.map(({ id }) => id) },
    report,
  );
  checkScriptSecrets(reading.found, { inputs, variables: checked.variables }, reading.types, report);
  return {
    id: scalarText(checked.id) ?? '',
    namespace: scalarText(checked.namespace) ?? '',
    revision: 1,
    ...(typeof checked.description === 'string' && { description: checked.description }),
    labels,
    inputs,
    outputs,
    variables: isMap(checked.variables) ? checked.variables : {},
    ...lists,
    ...(retry && { retry }),
    ...readPromises(checked),
    disabled: checked.disabled === true,
    ...readWorkerGroup(checked.workerGroup),
    unused: [...withoutEffect.filter(name => checked[name] !== undefined), ...reading.unused].filter(
      (name, index, all) => all.indexOf(name) === index,
    ),
    source,
  };
}

function refused({ value }: YamlDocument, locations: Locations): { flow: undefined; problems: readonly Problem[] } {
  const report = new Report(typeof value === 'object' && value !== null ? value : {}, locations);
  report.add({
    code: 'not-a-flow',
    message: `a flow must be a map with id, namespace and tasks, but this is ${typeof value === 'string' ? `the text ${shown(value)}` : shown(value)}`,
    path: [],
    hint: isList(value) ? 'Write "tasks:" above the list, and id and namespace above that.' : undefined,
  });
  return { flow: undefined, problems: report.problems };
}

/** `taskDefaults` is the older name of `pluginDefaults`; Kestra 1.0 still reads it and no longer applies it. */
function withoutOldNames(flow: ValueMap, report: Report): ValueMap {
  if (flow.taskDefaults === undefined) return flow;
  report.add({
    code: 'old-name',
    severity: 'warning',
    message: 'taskDefaults has no effect, as in Kestra 1.0',
    path: ['taskDefaults'],
    on: 'key',
    hint: 'Rename it to pluginDefaults.',
  });
  const { taskDefaults: _taskDefaults, ...rest } = flow;
  return report.locations.derive(rest, flow);
}

function readOutputs(value: Value | undefined, { report }: TaskReading): readonly FlowOutput[] {
  if (!isList(value)) return [];
  const seen = new Set<string>();
  return value.flatMap((item, index) => {
    if (!isMap(item) || typeof item.id !== 'string') return [];
    if (seen.has(item.id)) {
      report.add({
        code: 'duplicate-id',
        message: `Duplicate output with name [${item.id}]`,
        path: ['outputs', index, 'id'],
      });
    }
    seen.add(item.id);
    return [
      {
        id: item.id,
        ...(typeof item.type === 'string' && { type: item.type }),
        value: item.value ?? null,
        required: item.required !== false,
      },
    ];
  });
}

function checkIdentity(flow: ValueMap, { report, ids, found }: TaskReading): void {
  const first = new Map<string, number>();
  for (const { id, path } of ids) {
    const line = first.get(id);
    if (line !== undefined) {
      const hint = `The first one is at line ${line}. Ids are unique in a flow, also in branches and errors.`;
      report.add({ code: 'duplicate-id', message: `Duplicate task id with name [${id}]`, path: [...path, 'id'], hint });
    } else first.set(id, report.locations.positionOf(report.root, [...path, 'id'], 'value').line);
  }
  if (typeof flow.id === 'string' && reservedIds.has(flow.id)) {
    report.add({
      code: 'invalid-value',
      message: `Flow id is a reserved keyword: ${flow.id}`,
      path: ['id'],
      hint: `Reserved are ${[...reservedIds].join(', ')}.`,
    });
  }
  for (const { task, path } of found) {
    const { flowId, namespace } = task.properties;
    if (flowId === undefined || flowId !== flow.id || namespace !== flow.namespace) continue;
    report.add({
      code: 'recursive-flow',
      message: `Recursive call to flow [${flow.namespace}.${flow.id}]`,
      path: [...path, 'flowId'],
    });
  }
  if (flow.listeners !== undefined) {
    report.add({
      code: 'not-built-yet',
      message: 'listeners are not built in Windlass; Kestra has deprecated them',
      path: ['listeners'],
      on: 'key',
      hint: 'Use errors, finally or afterExecution.',
    });
  }
}

function templateOwners(root: ValueMap, { found }: TaskReading): TemplateOwner[] {
  const owners: TemplateOwner[] = found.map(({ task, path }) => ({ id: task.id, value: task.properties, path }));
  for (const { task, path } of found)
    if (task.runIf !== undefined) owners.push({ id: task.id, value: task.runIf, path: [...path, 'runIf'] });
  if (isList(root.outputs)) {
    for (const [index, output] of root.outputs.entries()) {
      if (isMap(output))
        owners.push({
          id: scalarText(output.id) ?? '',
          value: output.value ?? null,
          path: ['outputs', index, 'value'],
        });
    }
  }
  return owners;
}
