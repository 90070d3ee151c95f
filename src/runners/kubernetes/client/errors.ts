/** What can go wrong with an API server in particular; see also runners/engine-error.ts. */
import { EngineError, UnreachableError } from '../../engine-error.ts';

/** The API server answered, and refused. */
export class ApiError extends EngineError {
  override readonly name = 'ApiError';
  /** The server's own word: `Forbidden`, `AlreadyExists`, `Invalid`, `Expired` …; empty where it gave none. */
  readonly reason: string;
  /** How long the server asks to be left alone, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(status, message);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The cluster's address or credentials cannot be made out. The message says where and what to do. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
}

/** No cluster is named, neither by the flow nor by the machine. */
export class NoClusterError extends AccessError {}

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
