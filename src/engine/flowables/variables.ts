import { z } from 'zod';
import { jsonOrText } from '../../model/json.ts';
import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts';
import type { Container } from '../container.ts';
import { type Flowable, FlowableFailure } from '../flowable.ts';

export const setVariables: Flowable = {
  type: 'io.kestra.plugin.core.execution.SetVariables',
  aliases: [],
  title: 'Set variables of this execution.',
  kind: 'immediate',
  schema: () =>
    z.strictObject({
      variables: z.record(z.string(), z.unknown()).meta({
        title: 'The variables',
        description: 'Texts are rendered to texts. Maps are merged into those that are there, lists joined to them.',
      }),
      overwrite: z.boolean().optional().meta({ title: 'Whether variables that are there are replaced', default: true }),
    }),
  begin: container => askAll(container, { variables: container.task.properties.variables ?? {}, overwrite: 'true' }),
  answered(container, _about, { value }) {
    const { variables, overwrite } = value as { variables: Value; overwrite: Value };
    const given = parsed(variables);
    if (!isMap(given)) throw new FlowableFailure('The variables must be a map.');
    const current = currentVariables(container);
    const known = Object.keys(given).filter(name => Object.hasOwn(current, name));
    if (String(overwrite) === 'false' && known.length > 0) {
      throw new FlowableFailure(
        `\`overwrite\` is set to false and the following variables already exist: ${known.join(',')}`,
      );
    }
    container.draft.change({ variables: merged(current, given) });
    container.note({ ended: true });
  },
  step: container => (container.notes.ended ? 'done' : 'waiting'),
  ending: () => ({ state: 'SUCCESS' }),
};

export const unsetVariables: Flowable = {
  type: 'io.kestra.plugin.core.execution.UnsetVariables',
  aliases: [],
  title: 'Remove variables of this execution.',
  kind: 'immediate',
  schema: () =>
    z.strictObject({
      variables: z
        .array(z.string())
        .meta({ title: 'The names of the variables', description: 'With dots for one inside a map.' }),
      ignoreMissing: z.boolean().optional().meta({ title: 'Whether a missing one is no error', default: false }),
    }),
  begin: container =>
    askAll(container, { variables: container.task.properties.variables ?? [], ignoreMissing: 'false' }),
  answered(container, _about, { value }) {
    const { variables, ignoreMissing } = value as { variables: Value; ignoreMissing: Value };
    const names = parsed(variables);
    if (!isList(names)) throw new FlowableFailure('The variables must be a list of names.');
    const current = currentVariables(container);
    const missing = names.map(String).filter(name => !Object.hasOwn(current, name));
    // Kestra misses a variable only where there is none at all.
    if (String(ignoreMissing) !== 'true' && missing.length > 0 && Object.keys(current).length === 0)
      throw new FlowableFailure(
        `There are no such variables: ${missing.join(', ')}. Set ignoreMissing to pass over them.`,
      );
    const kept = names.map(String).reduce((rest, name) => without(rest, name.split('.')), current);
    container.draft.change({ variables: kept });
    container.note({ ended: true });
  },
  step: container => (container.notes.ended ? 'done' : 'waiting'),
  ending: () => ({ state: 'SUCCESS' }),
};

/** @param wanted property names with what counts where one is absent */
function askAll(container: Container, wanted: ValueMap): void {
  const { properties } = container.task;
  const given = Object.entries(wanted).map(([name, fallback]) => [name, properties[name] ?? fallback] as const);
  container.ask('variables', Object.fromEntries(given), 'text');
}

function currentVariables({ draft }: Container): ValueMap {
  return draft.execution.variables ?? draft.flow.variables;
}

/** The whole property may be an expression: its text is JSON then. */
function parsed(value: Value): Value {
  return typeof value === 'string' ? jsonOrText(value) : value;
}

/** As in Kestra, maps are merged at every depth and lists joined; anything else is replaced. */
function merged(current: ValueMap, given: ValueMap): ValueMap {
  const added = Object.entries(given).map(([name, value]) => {
    const before = Object.hasOwn(current, name) ? current[name] : undefined;
    if (isMap(before) && isMap(value)) return [name, merged(before, value)] as const;
    return [name, isList(before) && isList(value) ? [...before, ...value] : value] as const;
  });
  return { ...current, ...Object.fromEntries(added) };
}

/** @param path the names of the maps around the variable, then its own */
function without(variables: ValueMap, [name = '', ...path]: readonly string[]): ValueMap {
  const { [name]: found, ...others } = variables;
  if (path.length === 0 || found === undefined) return others;
  return { ...variables, [name]: isMap(found) ? without(found, path) : found };
}
