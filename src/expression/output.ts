/** Where statements write: to text, or to a value that keeps its type when it stands alone. */
import { plainNumberText } from '../model/numbers.ts';
import { isList, isMap, isNumeric, type Value } from '../model/value.ts';
import { Fault } from './expression-error.ts';
import { className, entryClass, javaText } from './java-values.ts';
import { printJson } from './json-output.ts';
import { checkTextLength } from './limits.ts';

export interface Output {
  write(value: Value): void;
}

/** Lists and maps as JSON; null as nothing. */
export class TextOutput implements Output {
  text = '';

  write(value: Value): void {
    if (value === null) return;
    if (isNumeric(value)) this.text += plainNumberText(value);
    else if (isList(value) || (isMap(value) && className(value) !== entryClass)) this.text += printJson(value);
    else this.text += javaText(value);
    checkTextLength(this.text.length);
  }
}

/** As Java's `toString`: what macros and the `filter` tag see of lists and maps. */
export class JavaTextOutput implements Output {
  text = '';

  write(value: Value): void {
    if (value === null) return;
    this.text += javaText(value);
    checkTextLength(this.text.length);
  }
}

/** One value alone is kept as it is; several are joined to a text, which lists and maps cannot be part of. */
export class TypedOutput implements Output {
  value: Value = null;

  write(value: Value): void {
    if (value === null) return;
    if (this.value === null) {
      this.value = value;
      return;
    }
    if (isCollection(this.value) || isCollection(value)) {
      throw new Fault(`Cannot concat ${className(this.value)} with ${className(value)}`);
    }
    const joined: string = javaText(this.value) + javaText(value);
    checkTextLength(joined.length);
    this.value = joined;
  }
}

function isCollection(value: Value): boolean {
  return isList(value) || isMap(value);
}
