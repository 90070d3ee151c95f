/** Reads rendered properties: texts may stand for numbers, booleans and lists, as an expression gives them. */
import { isList, isMap, isNumeric, type Value, type ValueMap } from '../model/value.ts';
import { PrepareError } from './runner.ts';
import { parseSize } from './size.ts';

/** The run is refused: a property of the task runner cannot be used. `path` is below `taskRunner`. */
export class RefusedProperty extends PrepareError {
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string) {
    super({ kind: 'never-started', detail: `taskRunner.${path}: ${problem}` });
    this.path = path;
    this.problem = problem;
  }
}

export function refused(path: string, problem: string): RefusedProperty {
  return new RefusedProperty(path, problem);
}

/** One map of properties; every method gives undefined for what is absent, null or empty text. */
export class PropertyReader {
  readonly #map: ValueMap;
  readonly #path: string;

  constructor(map: ValueMap, path = '') {
    this.#map = map;
    this.#path = path;
  }

  /** Everything as it was given. */
  get all(): ValueMap {
    return this.#map;
  }

  path(name: string): string {
    return this.#path + name;
  }

  raw(name: string): Value | undefined {
    const value = Object.hasOwn(this.#map, name) ? this.#map[name] : undefined;
    return value === null || value === '' ? undefined : value;
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'string') return value;
    if (isNumeric(value) || typeof value === 'boolean') return String(value);
    throw refused(this.path(name), 'must be a text');
  }

  boolean(name: string, otherwise: boolean): boolean {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return otherwise;
    if (text === 'true' || text === 'false') return text === 'true';
    throw refused(this.path(name), `must be true or false, not "${text}"`);
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && text.trim() !== '') return value;
    throw refused(this.path(name), `must be a number, not "${text}"`);
  }

  /** Bytes. */
  size(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const bytes = parseSize(text);
    if (bytes !== undefined) return bytes;
    throw refused(
      this.path(name),
      `Invalid size with value '${text}'. Write a number with a unit, such as 512MB or 1.5GB.`,
    );
  }

  oneOf<Word extends string>(name: string, words: readonly Word[], otherwise: Word): Word {
    const text = this.text(name);
    const word = text === undefined ? otherwise : words.find(one => one === text);
    if (word !== undefined) return word;
    throw refused(this.path(name), `must be one of ${words.join(', ')}, not "${text}"`);
  }

  list(name: string): readonly Value[] | undefined {
    const value = this.raw(name);
    const read = typeof value === 'string' && value.trim().startsWith('[') ? this.#json(name, value) : value;
    if (read === undefined || isList(read)) return read;
    throw refused(this.path(name), 'must be a list');
  }

  texts(name: string): string[] | undefined {
    return this.list(name)?.map((item, index) => {
      if (typeof item === 'string') return item;
      if (isNumeric(item) || typeof item === 'boolean') return String(item);
      throw refused(`${this.path(name)}[${index}]`, 'must be a text');
    });
  }

  map(name: string): ValueMap | undefined {
    const value = this.raw(name);
    const read = typeof value === 'string' && value.trim().startsWith('{') ? this.#json(name, value) : value;
    if (read === undefined || isMap(read)) return read;
    throw refused(this.path(name), 'must be a map');
  }

  /** The properties of a map; of an empty one when it is absent. */
  below(name: string): PropertyReader {
    return new PropertyReader(this.map(name) ?? {}, `${this.path(name)}.`);
  }

  #json(name: string, text: string): Value {
    try {
      return JSON.parse(text) as Value;
    } catch (error) {
      // Of the reason only the place: before it stands a piece of the text, which may be of a password.
      const [place = ''] = / at position \d+( \(line \d+ column \d+\))?$/.exec((error as Error).message) ?? [];
      throw refused(this.path(name), `is no JSON${place}`);
    }
  }
}
