/** `upper`, `lower`, `capitalize`, `title`. */
import { filter } from '../invocable.ts';
import { javaText } from '../java-values.ts';
import { textInput } from '../typed-arguments.ts';

export const caseFilters = {
  upper: filter(input => javaText(input).toUpperCase()),
  lower: filter(input => javaText(input).toLowerCase()),
  capitalize: filter(input => textInput(input, 'capitalize').replace(/\S/u, toTitleCase)),
  title: filter(input =>
    textInput(input, 'title').replace(/(^|\s)(\S)/gu, (_, space, first) => space + toTitleCase(first)),
  ),
};

/** One character stays one, as with Java's `Character.toTitleCase`: `ß` has no such form. */
function toTitleCase(character: string): string {
  const upper = character.toUpperCase();
  return upper.length === character.length ? upper : character;
}
