/** How a cluster is reached: what a kubeconfig, a runner's `config` or a service account come down to. */

/** Gives the bearer token, or none; with `fresh` one that was not given before, as far as there is one. */
export type TokenSource = (fresh: boolean) => Promise<string | undefined>;

export interface ClusterAccess {
  /** Without a path's trailing slash. */
  readonly server: URL;
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** PKCS#12 with the client's certificate and key. */
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  /** Any certificate of the server is taken. */
  readonly trustAny: boolean;
  readonly checkHostName: boolean;
  readonly serverName?: string;
  readonly token?: TokenSource;
  /** `user:password` for HTTP basic authentication. */
  readonly basic?: string;
  /** The namespace of the context or service account. */
  readonly namespace?: string;
  /** Where it was found, in words. */
  readonly origin: string;
}
