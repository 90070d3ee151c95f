import type { z } from 'zod';
import type { RenderContext } from '../../../expression/render-context.ts';
import type { ValueMap } from '../../../model/value.ts';
import type { Language } from '../languages.ts';

/** What differs between the older script tasks. */
export interface OlderTask {
  /** The last part of the type's name. */
  readonly name: string;
  readonly title: string;
  /** The type to use instead. */
  readonly successor: string;
  /** The image where a container's options name none, and what is set in the environment. */
  readonly language: Language;
  /** Properties beside those that all have. */
  properties(): Record<string, z.ZodType>;
  /** @throws TaskError for what no schema can tell */
  check?(properties: ValueMap): void;
  /** The lines that the interpreter is given. */
  commands(properties: ValueMap, expressions: RenderContext): Promise<readonly string[]>;
  /** Put beside the script: what it imports to report outputs. */
  readonly files?: Readonly<Record<string, string>>;
}
