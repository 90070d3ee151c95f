/** Storage URIs that stand in commands and scripts: the files are brought to the working directory. */
import { newId } from '../../model/ids.ts';

/** What Kestra takes for a URI, and the other characters that Windlass writes into them; no full stop or comma at the end. */
const uri = /kestra:\/\/[-a-zA-Z0-9%._+~#=/,:@]*[-a-zA-Z0-9%_+~#=/]/g;

/** Gathers the URIs of several texts; a file that is named twice is brought once. */
export class StorageReferences {
  readonly #names = new Map<string, string>();
  readonly #pathOf: (name: string) => string;

  /** @param pathOf the path that the program sees, of a file name in its working directory */
  constructor(pathOf: (name: string) => string) {
    this.#pathOf = pathOf;
  }

  /** The text with each URI replaced by a path. The file's name is random and ends with `.tmp`, as in Kestra. */
  replaceIn(text: string): string {
    return text.replace(uri, found => {
      const name = this.#names.get(found) ?? `${newId()}.tmp`;
      this.#names.set(found, name);
      return this.#pathOf(name);
    });
  }

  /** URIs by the name under which each is to be put into the working directory. */
  files(): ReadonlyMap<string, string> {
    return new Map([...this.#names].map(([reference, name]) => [name, reference]));
  }
}
