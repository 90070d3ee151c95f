/** `yaml`: YAML text, as Kestra's filter spells it. */
import type { Filter } from '../invocable.ts';
import { writeYaml } from '../yaml-writer.ts';

export const yamlFilter: Filter = { apply: input => (input === null ? 'null' : writeYaml(input)) };
