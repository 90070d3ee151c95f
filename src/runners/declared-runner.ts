/** What a runner is called and understands: as it was declared. */
import type { Declaration } from '../model/catalog.ts';

export abstract class DeclaredRunner implements Declaration {
  readonly type: string;
  readonly aliases: readonly string[];
  readonly title: string;
  readonly schema: Declaration['schema'];

  constructor({ type, aliases, title, schema }: Declaration) {
    this.type = type;
    this.aliases = aliases;
    this.title = title;
    this.schema = schema;
  }
}
