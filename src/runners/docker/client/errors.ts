/** What can go wrong between us and an engine, apart from bad input. */

/** The engine answered, and refused. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** The HTTP status; 200 when the refusal stood inside the stream of a pull. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** No answer: no socket, no permission, nobody listening, a connection that broke. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  /** The system's error code (`ENOENT`, `EACCES`, `ECONNREFUSED` …), where there is one. */
  readonly code: string | undefined;
  /** Where the engine was looked for. */
  readonly endpoint: string;

  constructor(endpoint: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.endpoint = endpoint;
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code;
  }
}

/** The engine does not speak a version of the API that we can use. */
export class VersionError extends Error {
  override readonly name = 'VersionError';
}

/** The text that an engine's error document holds; the document itself when it is none. */
export function engineMessage(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // A proxy's page or plain text is shown as it came.
  }
  return body.trim();
}
