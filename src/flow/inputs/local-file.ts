/** A file on this machine, given for an input: its own class, so that no map of a user's is taken for one. */
export class LocalFile {
  readonly #path: string;
  readonly #written: string;

  /** `written` is the path as the user wrote it, for inputs of other types: there `@name` is just text. */
  constructor(path: string, written: string = path) {
    this.#path = path;
    this.#written = written;
  }

  get path(): string {
    return this.#path;
  }

  get written(): string {
    return this.#written;
  }
}
