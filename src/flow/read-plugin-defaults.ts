/** Reads and checks a flow's own plugin defaults. */
import type { PluginDefault } from '../model/plugin-default.ts';
import { isList, isMap, type Value } from '../model/value.ts';
import { nearest } from './check/nearest.ts';
import type { Report } from './check/report.ts';
import type { Types } from './types.ts';

/** The usable entries. Entries of a wrong shape are left to the flow's schema. */
export function flowPluginDefaults(value: Value | undefined, types: Types, report: Report): readonly PluginDefault[] {
  if (!isList(value)) return [];
  return value.flatMap((entry, index) => {
    if (!isMap(entry) || typeof entry.type !== 'string' || !isMap(entry.values)) return [];
    const { type, values } = entry;
    const known = types.properties(type);
    for (const [key, item] of Object.entries(values)) {
      const path = ['pluginDefaults', index, 'values', key];
      const message = (text: string) => `pluginDefaults[${index}]: Invalid Plugin Default: ${text}`;
      if (item === null)
        report.add({
          code: 'missing-property',
          message: message(`No value provided for key '${key}'`),
          path,
          on: 'key',
        });
      if (!known || known.has(key)) continue;
      const near = nearest(key, known);
      report.add({
        code: 'unknown-property',
        message: message(`No property '${key}' exists in plugin '${type}'`),
        path,
        on: 'key',
        hint: near && `Did you mean "${near}"?`,
      });
    }
    return [{ type, forced: entry.forced === true, values }];
  });
}
