/** The one table of filters: those that Kestra adds and those that it leaves of Pebble's. */
import type { Filter } from '../invocable.ts';
import { caseFilters } from './case.ts';
import { classNameFilter } from './class-name.ts';
import { collectionFilters } from './collection.ts';
import { dateFilters } from './date.ts';
import { defaultFilter } from './default.ts';
import { encodingFilters } from './encoding.ts';
import { escapeCharFilter } from './escape-char.ts';
import { hashFilters } from './hash.ts';
import { indentFilters } from './indent.ts';
import { ionFilter } from './ion.ts';
import { jqFilter } from './jq.ts';
import { jsonFilter } from './json.ts';
import { listFilters } from './list.ts';
import { numberFilters } from './number.ts';
import { numberFormatFilter } from './number-format.ts';
import { replaceFilter } from './replace.ts';
import { sliceFilter } from './slice.ts';
import { sortFilters } from './sort.ts';
import { splitFilters } from './split.ts';
import { substringFilters } from './substring.ts';
import { textFilters } from './text.ts';
import { yamlFilter } from './yaml.ts';

export const filters: ReadonlyMap<string, Filter> = new Map(
  Object.entries({
    ...caseFilters,
    ...collectionFilters,
    ...dateFilters,
    ...encodingFilters,
    ...hashFilters,
    ...indentFilters,
    ...listFilters,
    ...numberFilters,
    ...sortFilters,
    ...splitFilters,
    ...substringFilters,
    ...textFilters,
    className: classNameFilter,
    default: defaultFilter,
    escapeChar: escapeCharFilter,
    jq: jqFilter,
    json: jsonFilter,
    toJson: jsonFilter,
    toIon: ionFilter,
    numberFormat: numberFormatFilter,
    replace: replaceFilter,
    slice: sliceFilter,
    yaml: yamlFilter,
  }),
);
