/** What can go wrong between us and an API server, apart from bad input. */

/** The API server answered, and refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status. */
  readonly status: number;
  /** The server's own word: `Forbidden`, `AlreadyExists`, `Invalid`, `Expired` …; empty where it gave none. */
  readonly reason: string;
  /** How long the server asks to be left alone, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer: nobody listens, the certificate does not hold, a connection that broke. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  /** The system's or TLS's error code (`ECONNREFUSED`, `CERT_HAS_EXPIRED` …), where there is one. */
  readonly code: string | undefined;
  /** The API server's address. */
  readonly server: string;

  constructor(server: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.server = server;
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code;
  }
}

/** The cluster's address or credentials cannot be made out. The message says where and what to do. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
}

/** The token for the cluster could not be got; whoever gives it may do so later. The message says why. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** May the same call succeed later, with nobody changing anything? */
export function isPassing(error: unknown): boolean {
  if (error instanceof UnreachableError) return !isCertificateFault(error.code);
  if (error instanceof TokenError) return true;
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}

/** TLS refused the server's certificate, or the server ours: waiting does not mend it. */
function isCertificateFault(code: string | undefined): boolean {
  return code !== undefined && /CERT|SELF_SIGNED|ALTNAME|^ERR_(SSL|TLS|OSSL)|UNABLE_TO/.test(code);
}
