/** Checks triggers and their conditions. One run needs none of them, a server does. */
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import { checkProperties } from './check/check-properties.ts';
import { shown } from './check/judge-issue.ts';
import { nearestType } from './check/nearest.ts';
import type { Report } from './check/report.ts';
import { scalarText } from './scalar-text.ts';
import { conditionSchema, conditionType, conditionTypes } from './schema/condition-schemas.ts';
import { pluginTriggerSchema, triggerSchema, triggerType, triggerTypes } from './schema/trigger-schemas.ts';
import type { Path } from './yaml/locations.ts';

export function checkTriggers(value: Value | undefined, path: Path, report: Report): void {
  if (!isList(value)) return;
  const seen = new Set<string>();
  for (const [index, trigger] of value.entries()) {
    const at = [...path, index];
    const id = checkTrigger(trigger, at, report);
    if (id === undefined) continue;
    if (seen.has(id))
      report.add({ code: 'duplicate-id', message: `Duplicate trigger id with name [${id}]`, path: [...at, 'id'] });
    seen.add(id);
  }
}

/** Its id. */
function checkTrigger(trigger: Value, path: Path, report: Report): string | undefined {
  const type = typeOf(trigger, 'a trigger', path, report);
  if (type === undefined || !isMap(trigger)) return undefined;
  const id = scalarText(trigger.id);
  const name = id ?? 'triggers';
  const core = triggerType(type);
  if (core === undefined && !isPluginType(type)) {
    const near = nearestType(type, triggerTypes());
    report.add({
      code: 'unknown-type',
      message: `Invalid type: ${type}`,
      path: [...path, 'type'],
      hint: near && `Did you mean ${near}?`,
    });
    return undefined;
  }
  if (core === undefined) {
    report.add({
      code: 'not-built-yet',
      severity: 'warning',
      message: `${name}: triggers of type ${type} are not built in Windlass yet; its own properties were not checked`,
      path: [...path, 'type'],
    });
  }
  const schema = core === undefined ? pluginTriggerSchema() : triggerSchema(core);
  checkProperties(trigger, schema, { path, report, subject: { name, what: core ?? type }, dynamic: true });
  checkConditions(trigger.conditions, [...path, 'conditions'], name, report);
  checkConditions(trigger.scheduleConditions, [...path, 'scheduleConditions'], name, report);
  return id;
}

function checkConditions(value: Value | undefined, path: Path, owner: string, report: Report): void {
  if (!isList(value)) return;
  for (const [index, condition] of value.entries()) checkCondition(condition, [...path, index], owner, report);
}

function checkCondition(condition: Value, path: Path, owner: string, report: Report): void {
  const type = typeOf(condition, 'a condition', path, report);
  if (type === undefined || !isMap(condition)) return;
  const known = conditionType(type);
  if (known === undefined) {
    if (isPluginType(type)) return;
    const near = nearestType(type, conditionTypes());
    report.add({
      code: 'unknown-type',
      message: `Invalid type: ${type}`,
      path: [...path, 'type'],
      hint: near && `Did you mean ${near}?`,
    });
    return;
  }
  checkProperties(condition, conditionSchema(known), {
    path,
    report,
    subject: { name: owner, what: known },
    dynamic: true,
  });
  const nested = condition.conditions;
  if (isMap(nested))
    for (const [key, item] of Object.entries(nested)) checkCondition(item, [...path, 'conditions', key], owner, report);
  checkConditions(nested, [...path, 'conditions'], owner, report);
}

/** Types of plugins other than the core: what they hold is not known here, and matters to no run. */
function isPluginType(type: string): boolean {
  return /^(?!io\.kestra\.(?:plugin\.core|core)\.)[a-z]\w*(?:\.[\w$]+){2,}$/.test(type);
}

function typeOf(value: Value, what: string, path: Path, report: Report): string | undefined {
  if (!isMap(value)) {
    report.add({ code: 'wrong-type', message: `${what} must be a map with a type, but is ${shown(value)}`, path });
    return undefined;
  }
  const { type }: ValueMap = value;
  if (typeof type === 'string') return type;
  report.add({
    code: 'missing-property',
    message: 'Invalid type: <null>',
    path,
    hint: `${what[0]?.toUpperCase()}${what.slice(1)} needs a type.`,
  });
  return undefined;
}
