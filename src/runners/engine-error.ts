/** What can go wrong between us and an engine that is spoken to over HTTP, apart from bad input. */

/** The engine answered, and refused. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';
  /** The HTTP status; 200 when the refusal stood inside the stream of an answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** No answer: no socket, no permission, nobody listening, a certificate that does not hold, a connection that broke. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  /** The system's or TLS's error code (`ENOENT`, `ECONNREFUSED`, `CERT_HAS_EXPIRED` …), where there is one. */
  readonly code: string | undefined;
  /** Where the engine was looked for. */
  readonly endpoint: string;

  constructor(endpoint: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.endpoint = endpoint;
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code;
  }
}
