/** What can go wrong with an engine of Docker in particular; see also runners/engine-error.ts. */

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
