/** `-i key=value`, and `-i key=@file` for a FILE input. */
import { resolve } from 'node:path';
import type { GivenInput } from '../flow/index.ts';
import { LocalFile } from '../flow/inputs/local-file.ts';
import { Refusal } from './refusal.ts';

/** Later values of one key win. */
export function parseInputArguments(texts: readonly string[]): Readonly<Record<string, GivenInput>> {
  return Object.fromEntries(
    texts.map((text): [string, GivenInput] => {
      const equals = text.indexOf('=');
      if (equals < 1) throw new Refusal('bad-argument', `-i ${text}: write it as key=value, or key=@file.`);
      const value = text.slice(equals + 1);
      return [
        text.slice(0, equals),
        value.startsWith('@') ? new LocalFile(resolve(value.slice(1)), value.slice(1)) : value,
      ];
    }),
  );
}
