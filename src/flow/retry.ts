/** Reads `retry` of a task or a flow. */
import { formatDuration } from '../model/duration.ts';
import type { Retry } from '../model/flow.ts';
import { toNumber } from '../model/numbers.ts';
import { isMap, isNumeric, type Value } from '../model/value.ts';
import { checkProperties } from './check/check-properties.ts';
import { type Subject, shown } from './check/judge-issue.ts';
import { nearest } from './check/nearest.ts';
import type { Report } from './check/report.ts';
import { scalarText } from './scalar-text.ts';
import { retrySchemas } from './schema/retry-schema.ts';
import type { Path } from './yaml/locations.ts';

/** The retry, or undefined when there is none or it is wrong (reported). */
export function readRetry(value: Value | undefined, path: Path, owner: string, report: Report): Retry | undefined {
  if (value === undefined || value === null) return undefined;
  const subject: Subject = { name: owner === '' ? 'retry' : `${owner}.retry`, what: 'retry' };
  if (!isMap(value)) {
    report.add({ code: 'wrong-type', message: `${subject.name}: must be a map, but is ${shown(value)}`, path });
    return undefined;
  }
  const schemas = retrySchemas();
  const { type } = value;
  if (typeof type !== 'string' || !Object.hasOwn(schemas, type)) {
    const names = Object.keys(schemas);
    const near = typeof type === 'string' ? nearest(type, names) : undefined;
    report.add({
      code: type === undefined ? 'missing-property' : 'invalid-value',
      message: `${subject.name}.type: must be one of ${names.join(', ')}`,
      path: type === undefined ? path : [...path, 'type'],
      hint: near && `Did you mean ${near}?`,
    });
    return undefined;
  }
  const before = report.problems.length;
  const kind = type as Retry['type'];
  const checked = checkProperties(value, schemas[kind], { path, report, subject, dynamic: false });
  if (report.problems.length > before) return undefined;
  const attempts = numberOf(checked.maxAttempts ?? checked.maxAttempt);
  const factor = numberOf(checked.delayFactor);
  const durations = (['interval', 'minInterval', 'maxInterval', 'maxDuration'] as const).flatMap(name => {
    const given = checked[name];
    return given === undefined ? [] : [[name, durationText(given)] as const];
  });
  return {
    type: kind,
    ...Object.fromEntries(durations),
    ...(factor !== undefined && { delayFactor: factor }),
    ...(attempts !== undefined && { maxAttempts: attempts }),
    warningOnRetry: checked.warningOnRetry === true,
    behavior: checked.behavior === 'CREATE_NEW_EXECUTION' ? 'CREATE_NEW_EXECUTION' : 'RETRY_FAILED_TASK',
  };
}

/** A duration as ISO 8601 text; a number counts seconds. */
export function durationText(value: Value): string {
  const seconds = numberOf(value);
  return seconds === undefined ? (scalarText(value) ?? '') : formatDuration(seconds * 1000);
}

function numberOf(value: Value | undefined): number | undefined {
  if (value === undefined || !isNumeric(value)) return undefined;
  return toNumber(value);
}
