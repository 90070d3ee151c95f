/** Checks a map against a zod schema as Kestra's reader would: lenient with scalars, strict with names. */
import type { z } from 'zod';
import { toNumber } from '../../model/numbers.ts';
import { isList, isMap, isNumeric, Real, type Value, type ValueMap } from '../../model/value.ts';
import type { Key, Locations, Path } from '../yaml/locations.ts';
import { judge, type Subject, type Verdict } from './judge-issue.ts';
import type { Report } from './report.ts';
import { takesNull } from './schema-keys.ts';

export interface CheckOptions {
  readonly path: Path;
  readonly report: Report;
  /** Begins messages: a task's id and the like. */
  readonly subject: Subject;
  /** Whether a property may be an expression whatever its type. */
  readonly dynamic: boolean;
}

/** Each pass may show problems behind those that the one before has mended (a number taken as text, then its pattern). */
const maxPasses = 4;

/**
 * Reports what is wrong with `value` and gives it back with its scalars as the schema wants them: `message: 5` becomes
 * the text `5`, `disabled: yes` true, and properties without a value are left out, but
 * where null is one.
 */
export function checkProperties(value: ValueMap, schema: z.ZodType, options: CheckOptions): ValueMap {
  const { locations } = options.report;
  let current = withoutNulls(value, schema, locations);
  for (let pass = 1; ; pass++) {
    const result = schema.safeParse(plain(current));
    if (result.success) return current;
    const verdicts = result.error.issues.flatMap(issue =>
      judge(issue, { root: current, locations, dynamic: options.dynamic, subject: options.subject, schema }),
    );
    const mends = verdicts.filter(verdict => verdict.kind === 'mend');
    if (mends.length > 0 && pass < maxPasses) {
      for (const mend of mends) current = mended(current, mend.path, mend.value, locations) as ValueMap;
      continue;
    }
    for (const verdict of verdicts) if (verdict.kind === 'wrong') reportVerdict(verdict, options);
    return current;
  }
}

function reportVerdict(verdict: Extract<Verdict, { kind: 'wrong' }>, { path, report }: CheckOptions): void {
  const { code, message, on, hint } = verdict;
  report.add({ code, message, path: [...path, ...verdict.path], on, hint });
}

function withoutNulls(value: ValueMap, schema: z.ZodType, locations: Locations): ValueMap {
  if (!Object.values(value).includes(null)) return value;
  const said = Object.entries(value).filter(([key, item]) => item !== null || takesNull(schema, [key]));
  return locations.derive(Object.fromEntries(said), value);
}

/** A copy with one value changed, or left out (`undefined`). */
function mended(at: Value, path: readonly Key[], value: Value | undefined, locations: Locations): Value {
  const [key, ...rest] = path;
  if (key === undefined) return value ?? null;
  if (isList(at)) {
    const copy = at.map((item, index) => (index === key ? mended(item, rest, value, locations) : item));
    return locations.derive(copy, at);
  }
  if (!isMap(at)) return at;
  const entries = Object.entries(at).flatMap(([name, item]): [string, Value][] => {
    if (name !== String(key)) return [[name, item]];
    return rest.length === 0 && value === undefined ? [] : [[name, mended(item, rest, value, locations)]];
  });
  return locations.derive(Object.fromEntries(entries), at);
}

/** The value with JavaScript's own numbers, for zod; itself when there are no others. */
function plain(value: Value): unknown {
  if (typeof value === 'bigint' || value instanceof Real) return toNumber(value);
  if (typeof value !== 'object' || value === null || !hasJavaNumber(value)) return value;
  if (isList(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value as ValueMap).map(([key, item]) => [key, plain(item)]));
}

function hasJavaNumber(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  if (isNumeric(value)) return true;
  return (isList(value) ? value : Object.values(value)).some(hasJavaNumber);
}
