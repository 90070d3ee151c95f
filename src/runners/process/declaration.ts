/** What the flow reader needs to know of the Process runner. */
import { z } from 'zod';
import type { Declaration } from '../../model/catalog.ts';
import { limitsSchema } from './limits.ts';

/** `io.kestra.plugin.core.runner.Process`: runs programs on this machine. In Kestra it has no properties; `limits` is ours. */
export const processDeclaration: Declaration = {
  type: 'io.kestra.plugin.core.runner.Process',
  aliases: [],
  title: 'Runs the program as a local process',
  schema: () =>
    z.strictObject({
      type: z.string(),
      version: z.string().optional().meta({ title: 'Version of the plugin' }),
      limits: limitsSchema().optional(),
    }),
};
