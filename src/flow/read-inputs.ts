/** Reads the inputs that a flow declares. */
import type { FlowInput } from '../model/flow.ts';
import { toNumber } from '../model/numbers.ts';
import { isList, isMap, isNumeric, Real, type Value, type ValueMap } from '../model/value.ts';
import { checkProperties } from './check/check-properties.ts';
import { findCycle } from './check/cycle.ts';
import { shown } from './check/judge-issue.ts';
import { nearest } from './check/nearest.ts';
import { Report } from './check/report.ts';
import { scalarText } from './scalar-text.ts';
import { dataTypes, isDataType } from './schema/data-types.ts';
import { inputSchema } from './schema/input-schemas.ts';
import { Locations, type Path } from './yaml/locations.ts';

/** Reads a list of inputs: a flow's, or what a Pause asks for when it is resumed. */
export function readInputs(value: Value | undefined, path: Path, report: Report): readonly FlowInput[] {
  if (!isList(value)) return [];
  const inputs = value.flatMap((item, index) => {
    const input = readInput(item, [...path, index], report);
    return input ? [{ input, path: [...path, index] }] : [];
  });
  checkDependencies(inputs, path, report);
  return inputs.map(({ input }) => input);
}

/** The inputs of a property that was checked when its flow was read: `onResume` of a Pause. */
export function declaredInputs(value: Value | undefined): readonly FlowInput[] {
  return readInputs(value, [], new Report({}, new Locations()));
}

function readInput(value: Value, path: Path, report: Report): FlowInput | undefined {
  if (!isMap(value)) {
    report.add({
      code: 'wrong-type',
      message: `inputs: an input must be a map with id and type, but is ${shown(value)}`,
      path,
    });
    return undefined;
  }
  const renamed = withId(value, report);
  const name = scalarText(renamed.id) ?? 'inputs';
  const { type } = renamed;
  if (typeof type !== 'string' || !isDataType(type)) {
    const missing = type === undefined || type === null;
    const near = typeof type === 'string' ? nearest(type, dataTypes) : undefined;
    report.add({
      code: missing ? 'missing-property' : 'unknown-type',
      message: missing
        ? `${name}.type: must not be null`
        : `${name}: Invalid type: ${typeof type === 'string' ? type : shown(type)}`,
      path: missing ? path : [...path, 'type'],
      hint: near ? `Did you mean ${near}?` : `The types of inputs are ${dataTypes.join(', ')}.`,
    });
    return undefined;
  }
  const checked = checkProperties(renamed, inputSchema(type), {
    path,
    report,
    subject: { name, what: `an input of type ${type}` },
    dynamic: false,
  });
  if (typeof checked.id !== 'string') return undefined;
  const { id, type: _type, required, defaults, dependsOn, ...properties } = checked;
  const before = isMap(dependsOn) ? dependsOn : undefined;
  return {
    id: checked.id,
    type,
    required: required !== false,
    ...(defaults !== undefined && { defaults: defaultsOf(defaults, type) }),
    ...(before && {
      dependsOn: {
        inputs: neededIds(before.inputs),
        ...(typeof before.condition === 'string' && { condition: before.condition }),
      },
    }),
    properties,
  };
}

/** What is no id is an empty one: it has been reported already, and the others keep their places. */
function neededIds(inputs: Value | undefined): string[] {
  return isList(inputs) ? inputs.map(item => scalarText(item) ?? '') : [];
}

/** `name` is the older word for `id`. */
function withId(value: ValueMap, { locations }: Report): ValueMap {
  if (value.id !== undefined || value.name === undefined) return value;
  const { name, ...rest } = value;
  return locations.derive({ id: name, ...rest }, value, key => [value, key === 'id' ? 'name' : key]);
}

/** A number as Kestra reads it into the Java type of its input: `5.9` of an INT is 5, and any but 0 of a BOOLEAN true. */
function defaultsOf(defaults: Value, type: string): Value {
  if (!isNumeric(defaults)) return defaults;
  if (type === 'INT' && isFraction(defaults)) return Math.trunc(toNumber(defaults));
  if ((type === 'BOOLEAN' || type === 'BOOL') && !isFraction(defaults)) return toNumber(defaults) !== 0;
  return defaults;
}

function isFraction(value: number | bigint | Real): boolean {
  return value instanceof Real || (typeof value === 'number' && !Number.isInteger(value));
}

function checkDependencies(inputs: readonly { input: FlowInput; path: Path }[], path: Path, report: Report): void {
  const graph = new Map(inputs.map(({ input }) => [input.id, input.dependsOn?.inputs ?? []]));
  const seen = new Set<string>();
  for (const { input, path: at } of inputs) {
    if (seen.has(input.id)) {
      report.add({ code: 'duplicate-id', message: `Duplicate input with name [${input.id}]`, path: [...at, 'id'] });
    }
    seen.add(input.id);
    for (const [index, needed] of (input.dependsOn?.inputs ?? []).entries()) {
      if (needed === '' || graph.has(needed)) continue;
      const near = nearest(needed, graph.keys());
      report.add({
        code: 'unknown-input',
        message: `Input with id '${input.id}' depends on a non-existent input '${needed}'.`,
        path: [...at, 'dependsOn', 'inputs', index],
        hint: near && `Did you mean ${near}?`,
      });
    }
  }
  const cycle = findCycle(graph);
  if (!cycle) return;
  const first = inputs.find(({ input }) => input.id === cycle[0]);
  report.add({
    code: 'cycle',
    message: `Cycle dependency detected for input with id '${cycle[0]}': [${cycle.join(', ')}]`,
    path: first ? [...first.path, 'dependsOn'] : path,
  });
}
