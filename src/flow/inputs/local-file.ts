/** A file on this machine, given for an input: its own class, so that no map of a user's is taken for one. */
export class LocalFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  get path(): string {
    return this.#path;
  }
}
