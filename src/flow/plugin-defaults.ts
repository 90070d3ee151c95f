/**
 * Plugin defaults: values for properties of every task, runner, trigger … whose type begins with that of the default.
 * The order of merging is that of Kestra's `PluginDefaultService`: maps are merged,
 * lists concatenated, the first entry for a type wins, and the task's own value wins unless the default is forced.
 */
import type { PluginDefault } from '../model/plugin-default.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Locations } from './yaml/locations.ts';

export interface DefaultsContext {
  readonly locations: Locations;
  /** The present name of a type. */
  canonical(type: string): string;
  /** The properties that a type has; undefined when nothing is known of it. */
  properties(type: string): ReadonlySet<string> | undefined;
}

/** The flow with all defaults filled in; itself when there are none. */
export function applyPluginDefaults(
  flow: ValueMap,
  defaults: readonly PluginDefault[],
  context: DefaultsContext,
): ValueMap {
  if (defaults.length === 0) return flow;
  const { pluginDefaults, ...rest } = flow;
  const body = context.locations.derive(rest, flow);
  const gentle = defaults.filter(entry => !entry.forced);
  // In reverse, so that of two forced ones the first has the last word.
  const forced = defaults.filter(entry => entry.forced).toReversed();
  const merged = fill(fill(body, gentle, context), forced, context) as ValueMap;
  if (pluginDefaults === undefined) return merged;
  return context.locations.derive({ ...merged, pluginDefaults }, merged, key => [
    key === 'pluginDefaults' ? flow : merged,
    key,
  ]);
}

/** Children before parents: what a default brings in gets no defaults itself. */
function fill(value: Value, defaults: readonly PluginDefault[], context: DefaultsContext): Value {
  if (defaults.length === 0) return value;
  if (isList(value)) {
    const items = value.map(item => fill(item, defaults, context));
    return items.some((item, index) => item !== value[index]) ? context.locations.derive(items, value) : value;
  }
  if (!isMap(value)) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, item]): [string, Value] => {
    const filled = fill(item, defaults, context);
    changed ||= filled !== item;
    return [key, filled];
  });
  let result = changed ? context.locations.derive(Object.fromEntries(entries), value) : value;
  const { type } = result;
  if (typeof type !== 'string') return result;
  for (const entry of defaults) {
    if (!matches(entry.type, type, context)) continue;
    const values = usable(entry.values, type, context);
    result = (
      entry.forced
        ? merge(result, values, context.locations)
        : merge(besideChosen(values, result, context), result, context.locations)
    ) as ValueMap;
  }
  return result;
}

function matches(entryType: string, type: string, context: DefaultsContext): boolean {
  return type.startsWith(entryType) || context.canonical(type).startsWith(context.canonical(entryType));
}

/** A default for many types may name properties that some of them lack: those are left out. */
function usable(values: ValueMap, type: string, { properties, locations }: DefaultsContext): ValueMap {
  const known = properties(type);
  if (!known || Object.keys(values).every(key => known.has(key))) return values;
  return locations.derive(Object.fromEntries(Object.entries(values).filter(([key]) => known.has(key))), values);
}

/** Of a default's runner only what the one that the task has chosen knows, too: another would be refused for the rest. */
function besideChosen(values: ValueMap, task: ValueMap, context: DefaultsContext): ValueMap {
  const { taskRunner: runner } = values;
  const { taskRunner: chosen } = task;
  if (!isMap(runner) || !isMap(chosen) || typeof chosen.type !== 'string') return values;
  const shared = usable(runner, chosen.type, context);
  return shared === runner ? values : context.locations.derive({ ...values, taskRunner: shared }, values);
}

/** `over` wins, but for null; maps are merged and lists joined, `under` first. */
function merge(under: Value, over: Value, locations: Locations): Value {
  if (over === null) return under;
  if (isList(under) && isList(over)) {
    return locations.derive([...under, ...over], over, key =>
      Number(key) < under.length ? [under, key] : [over, Number(key) - under.length],
    );
  }
  if (!isMap(under) || !isMap(over)) return over;
  const entries = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const below = entries.get(key);
    entries.set(key, below === undefined ? value : merge(below, value, locations));
  }
  return locations.derive(Object.fromEntries(entries), over, key =>
    Object.hasOwn(over, key) && over[key] !== null ? [over, key] : [under, key],
  );
}
