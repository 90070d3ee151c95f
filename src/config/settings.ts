/** Reading settings by dotted name out of nested YAML, as relaxed about spelling as Kestra's framework (Micronaut). */
import { isMap, type Value, type ValueMap } from '../model/value.ts';

/** A setting with where it stands: `path` leads to it from the root. */
export interface Setting {
  readonly value: Value;
  readonly path: readonly string[];
}

/** `secretKey`, `secret_key` and `secret-key` are one name. */
export function kebabCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

/**
 * All places that set `name` (such as `kestra.variables.globals`): keys may be nested, dotted or both. Maps at several
 * places belong together; for anything else the last one counts.
 */
function findAll(root: Value, name: string): readonly Setting[] {
  const find = (at: Value, rest: readonly string[], path: readonly string[]): readonly Setting[] => {
    if (rest.length === 0) return [{ value: at, path }];
    if (!isMap(at)) return [];
    return Object.entries(at).flatMap(([key, value]) => {
      const parts = key.split('.').map(kebabCase);
      const fits = parts.length <= rest.length && parts.every((part, index) => part === rest[index]);
      return fits ? find(value, rest.slice(parts.length), [...path, key]) : [];
    });
  };
  return find(root, name.split('.'), []);
}

/** The last place that sets `name` to something. */
export function find(root: Value, name: string): Setting | undefined {
  return findAll(root, name).findLast(setting => setting.value !== null);
}

/** The maps at `name` as one. */
export function findMap(root: Value, name: string): ValueMap {
  return Object.assign({}, ...findAll(root, name).map(({ value }) => (isMap(value) ? value : {}))) as ValueMap;
}

/** Names right below `name`, with their paths: also those below dotted keys. */
export function namesBelow(
  root: Value,
  name: string,
): readonly { readonly name: string; readonly path: readonly string[] }[] {
  return findAll(root, name).flatMap(({ value, path }) =>
    isMap(value)
      ? Object.keys(value).map(key => ({ name: kebabCase(key.split('.')[0] ?? key), path: [...path, key] }))
      : [],
  );
}
