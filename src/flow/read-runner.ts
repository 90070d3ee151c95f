/** Checks `taskRunner` against the runner that its type names. */
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { checkProperties } from './check/check-properties.ts';
import { isExpression, shown } from './check/judge-issue.ts';
import type { TaskReading } from './read-task.ts';
import type { Path } from './yaml/locations.ts';

/** The runner's properties with its canonical type; undefined when there is none, or it is wrong (reported). */
export function checkRunner(
  value: Value | undefined,
  path: Path,
  owner: string,
  reading: TaskReading,
): ValueMap | undefined {
  const { report, types } = reading;
  if (value === undefined || value === null || isExpression(value)) return undefined;
  if (!isMap(value)) {
    // The task's own schema has the last word on what else it may be.
    return undefined;
  }
  const { type } = value;
  if (typeof type !== 'string') {
    const missing = type === undefined || type === null;
    report.add({
      code: missing ? 'missing-property' : 'wrong-type',
      message: `${owner}.taskRunner: ${missing ? 'Invalid type: <null>' : `Invalid type: ${shown(type)}`}`,
      path: missing ? path : [...path, 'type'],
      hint: 'Such as io.kestra.plugin.core.runner.Process.',
    });
    return undefined;
  }
  const declaration = types.runner(type);
  if (!declaration) {
    types.refuse(type, [...path, 'type'], 'runner', report);
    return undefined;
  }
  const schema = types.schema(declaration);
  const { shape } = schema;
  const own = Object.fromEntries(
    Object.entries(value).filter(([key]) => Object.hasOwn(shape, key) || (key !== 'type' && key !== 'version')),
  );
  if (Object.hasOwn(shape, 'type')) own.type = declaration.type;
  const before = report.problems.length;
  const checked = checkProperties(report.locations.derive(own, value), schema, {
    path,
    report,
    subject: { name: `${owner}.taskRunner`, what: declaration.type, otherKeys: ['type', 'version'] },
    dynamic: true,
  });
  if (report.problems.length === before) {
    for (const { path: place, message } of declaration.foresee?.(checked) ?? []) {
      report.add({
        code: 'invalid-value',
        severity: 'warning',
        message: `${owner}.taskRunner.${place}: ${message}`,
        path: [...path, ...keysOf(place)],
        hint: 'The task would fail with this.',
      });
    }
  }
  return { ...checked, type: declaration.type };
}

/** `volumes[0]` as the keys that lead there. */
function keysOf(place: string): Path {
  return (place.match(/[^.[\]]+/g) ?? []).map(key => (/^\d+$/.test(key) ? Number(key) : key));
}
