/** A bearer token that is not a text of the configuration, but comes from somebody when it is needed. */

export interface TokenSource {
  /** The same for sources that give the same tokens; holds no secret. */
  readonly identity: string;
  /**
   * The last token while it holds; with `fresh` one that was not given before, as the last was refused.
   * @throws Error in the user's words
   */
  get(fresh: boolean): Promise<string>;
}

/**
 * Where a runner's configuration holds the source: under no name that a flow can write, and copied with the rest of
 * the configuration.
 */
export const tokenSource: unique symbol = Symbol('token source');

export interface WithTokenSource {
  readonly [tokenSource]?: TokenSource;
}
