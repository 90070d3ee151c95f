/** What one zod issue means for a flow: nothing, a scalar to be read in another way, or a problem in the user's words. */
import type { z } from 'zod';
import { numberText } from '../../model/numbers.ts';
import { plainScalar } from '../../model/plain-scalar.ts';
import { isList, isMap, isNumeric, Real, type Value } from '../../model/value.ts';
import type { Key, Locations } from '../yaml/locations.ts';
import { nearest } from './nearest.ts';
import { pathText } from './report.ts';
import { keysAt } from './schema-keys.ts';

type Issue = z.core.$ZodIssue;

/** What the checked map is: `a`, of `io.kestra.plugin.core.log.Log`. */
export interface Subject {
  /** Its id; empty for the flow itself. */
  readonly name: string;
  readonly what: string;
  /** Further properties that the map may have beside those of the schema. */
  readonly otherKeys?: readonly string[];
}

/** Where an issue of a schema came up. */
export interface Scene {
  readonly root: Value;
  readonly locations: Locations;
  readonly dynamic: boolean;
  readonly subject: Subject;
  readonly schema: z.ZodType;
}

/** What an issue means for the flow. */
export type Verdict =
  /** Take this value instead; `undefined`: leave it out. */
  | { readonly kind: 'mend'; readonly path: readonly Key[]; readonly value: Value | undefined }
  | {
      readonly kind: 'wrong';
      readonly path: readonly Key[];
      readonly code: string;
      readonly message: string;
      readonly on: 'key' | 'value';
      readonly hint?: string | undefined;
    };

/** No verdict means that Kestra accepts it. `prefix` is where the issue's own path starts. */
export function judge(issue: Issue, scene: Scene, prefix: readonly Key[] = []): Verdict[] {
  const path = [...prefix, ...issue.path] as Key[];
  const value = valueAt(scene.root, path);
  const wrong = (
    code: string,
    message: string,
    hint?: string,
    on: 'key' | 'value' = 'value',
    key?: string,
  ): Verdict[] => [
    {
      kind: 'wrong',
      path: key === undefined ? path : [...path, key],
      code,
      message: `${label(scene.subject, path)}${message}`,
      on,
      hint,
    },
  ];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.flatMap(key =>
      wrong(
        'unknown-property',
        `Unrecognized field "${key}"${of(scene, path)}`,
        knownKeys(key, scene, path),
        'key',
        key,
      ),
    );
  }
  if (value === undefined) return wrong('missing-property', 'must not be null');
  if (value === null)
    return isMap(valueAt(scene.root, path.slice(0, -1))) ? [{ kind: 'mend', path, value: undefined }] : [];
  // Kestra renders not every property: a check of the schema says so by `params: {rendered: false}`.
  const isRendered = !(issue.code === 'custom' && issue.params?.rendered === false);
  if (scene.dynamic && isRendered && isExpression(value)) return [];
  switch (issue.code) {
    case 'invalid_type': {
      const other = readAs(issue.expected, value, scene);
      if (other === 'accept') return [];
      if (other !== undefined) return [{ kind: 'mend', path, value: other }];
      const hint = issue.expected === 'string' ? quotesHint(value) : undefined;
      return wrong('wrong-type', `must be ${typeName(issue.expected)}, but is ${shown(value)}`, hint);
    }
    case 'invalid_value':
      return (
        chosen(issue.values.map(String), value, path) ??
        wrong('invalid-value', ...oneOf(issue.values.map(String), value))
      );
    case 'invalid_union':
      return union(issue, scene, path, value, wrong);
    case 'too_small':
    case 'too_big':
      return wrong('out-of-range', range(issue));
    case 'invalid_format':
      return wrong(
        'invalid-format',
        issue.format === 'regex' ? `must match "${sourceOf(issue.pattern)}"` : issue.message,
      );
    case 'not_multiple_of':
      return wrong('invalid-value', `must be a multiple of ${issue.divisor}`);
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap(inner => judge(inner, scene, path));
    default:
      return wrong('invalid-value', issue.message);
  }
}

function union(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  scene: Scene,
  path: readonly Key[],
  value: Value,
  wrong: (code: string, message: string, hint?: string) => Verdict[],
): Verdict[] {
  if ('options' in issue && Array.isArray(issue.options)) {
    return wrong('invalid-value', ...oneOf(issue.options.map(String), value));
  }
  const branches = issue.errors.map(errors => ({
    errors,
    verdicts: errors.flatMap(inner => judge(inner, scene, path)),
  }));
  const fit = branches.find(branch => branch.verdicts.every(verdict => verdict.kind === 'mend'));
  if (fit) return fit.verdicts;
  // The branch whose type it has is the one that was meant.
  const meant = branches.find(
    ({ errors }) => !errors.some(inner => inner.path.length === 0 && inner.code === 'invalid_type'),
  );
  if (meant) return meant.verdicts;
  const types = branches.flatMap(({ errors }) =>
    errors.flatMap(inner => (inner.code === 'invalid_type' ? [inner.expected] : [])),
  );
  return wrong(
    'wrong-type',
    types.length > 0
      ? `must be ${[...new Set(types.map(typeName))].join(' or ')}, but is ${shown(value)}`
      : issue.message,
    types.includes('string') ? quotesHint(value) : undefined,
  );
}

/** For a text in which YAML saw a map: `- 8080: 80`. */
function quotesHint(value: Value): string | undefined {
  const [[key, item] = [], ...more] = isMap(value) ? Object.entries(value) : [];
  if (key === undefined || more.length > 0 || isMap(item) || isList(item)) return undefined;
  return `If it is meant as text, put it in quotes: "${key}: ${item ?? ''}".`;
}

/** What the value is when read as Jackson reads scalars; `accept` leaves it to the run, when it is rendered. */
function readAs(expected: string, value: Value, scene: Scene): Value | 'accept' | undefined {
  if (expected === 'string') return textOf(value);
  if (typeof value !== 'string') return undefined;
  if (expected === 'number' || expected === 'int') {
    const read = plainScalar(value.trim());
    return typeof read === 'number' || typeof read === 'bigint' || read instanceof Real ? read : undefined;
  }
  if (expected === 'boolean') return booleanOf(value);
  if (!scene.dynamic) return undefined;
  const start = value.trimStart();
  return (expected === 'array' && start.startsWith('[')) || (expected !== 'array' && start.startsWith('{'))
    ? 'accept'
    : undefined;
}

/** A scalar as Java spells it, since Kestra reads the YAML before it knows that text is wanted: `1.10` is `1.1`. */
function textOf(value: Value): string | undefined {
  if (isNumeric(value)) return numberText(value);
  return typeof value === 'boolean' ? String(value) : undefined;
}

function booleanOf(text: string): boolean | undefined {
  const lower = text.trim().toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

function chosen(values: readonly string[], value: Value, path: readonly Key[]): Verdict[] | undefined {
  if (typeof value === 'string') return undefined;
  const text = textOf(value);
  return text !== undefined && values.includes(text) ? [{ kind: 'mend', path, value: text }] : undefined;
}

function oneOf(values: readonly string[], value: Value): [message: string, hint: string | undefined] {
  const near = typeof value === 'string' ? nearest(value, values) : undefined;
  const message = values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(', ')}`;
  return [`${message}, but is ${shown(value)}`, near && `Did you mean ${near}?`];
}

function knownKeys(key: string, scene: Scene, path: readonly Key[]): string | undefined {
  const keys = [...keysAt(scene.schema, path), ...(path.length === 0 ? (scene.subject.otherKeys ?? []) : [])];
  const near = nearest(key, keys);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return keys.length > 0 ? `Its properties are ${[...new Set(keys)].toSorted().join(', ')}.` : undefined;
}

function of(scene: Scene, path: readonly Key[]): string {
  return path.length === 0 ? ` of ${scene.subject.what}` : '';
}

function label({ name }: Subject, path: readonly Key[]): string {
  const text = pathText(path);
  if (name === '' || text === '') return name + text === '' ? '' : `${name}${text}: `;
  return `${name}${text.startsWith('[') ? '' : '.'}${text}: `;
}

function range(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const counted = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' items' : '';
  const small = issue.code === 'too_small';
  const limit = small ? issue.minimum : issue.maximum;
  if (counted !== '') {
    if (small && Number(limit) === 1) return 'must not be empty';
    return `must have at ${small ? 'least' : 'most'} ${limit}${counted}`;
  }
  return `must be ${small ? 'greater' : 'less'} than ${issue.inclusive ? 'or equal to ' : ''}${limit}`;
}

function typeName(expected: string): string {
  switch (expected) {
    case 'string':
      return 'text';
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a map';
    default:
      return expected;
  }
}

/** A value for a message: short, on one line. */
export function shown(value: Value): string {
  if (isList(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isMap(value)) return 'a map';
  if (typeof value !== 'string') return String(value);
  const line = value.replaceAll(/\s+/g, ' ');
  return `"${line.length > 40 ? `${line.slice(0, 39)}…` : line}"`;
}

/** True for text that is rendered before it means anything. */
export function isExpression(value: Value | undefined): boolean {
  return typeof value === 'string' && (value.includes('{{') || value.includes('{%'));
}

function sourceOf(pattern: string | undefined): string {
  // zod gives the pattern as a regular expression's text, between slashes.
  return (pattern ?? '').replace(/^\/(.*)\/[a-z]*$/s, '$1');
}

function valueAt(root: Value, path: readonly Key[]): Value | undefined {
  let at: Value | undefined = root;
  for (const key of path) {
    if (isList(at)) at = typeof key === 'number' ? at[key] : undefined;
    else if (isMap(at)) at = Object.hasOwn(at, key) ? at[key] : undefined;
    else return undefined;
  }
  return at;
}
