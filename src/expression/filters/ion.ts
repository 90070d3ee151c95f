/** `toIon`: compact Ion text. */
import type { Filter } from '../invocable.ts';
import { ionModule } from '../lazy-modules.ts';

export const ionFilter: Filter = { apply: input => (input === null ? 'null' : ionModule().writeIon(input)) };
