/** One call of a Google API: JSON comes back, anything else is an error in the words of the server. */
import { buffer } from 'node:stream/consumers';
import { exchange } from '../http/exchange.ts';
import { HttpError } from '../http/http-error.ts';
import { TaskError } from '../task-type.ts';

const idleTimeoutMs = 60_000;

export interface GoogleRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** A form, or anything else as JSON. */
  readonly body?: URLSearchParams | object;
}

interface Refusal {
  /** Token endpoints (RFC 6749, 5.2) give a text and a description, the APIs an object. */
  readonly error?: string | { readonly message?: string };
  readonly error_description?: string;
}

/** @throws TaskError that begins with `what` */
export async function callGoogle<Answer>(what: string, request: GoogleRequest, signal: AbortSignal): Promise<Answer> {
  const { url, method = 'GET', headers = {}, body } = request;
  const form = body instanceof URLSearchParams;
  const type = body && { 'Content-Type': form ? 'application/x-www-form-urlencoded' : 'application/json' };
  try {
    const response = await exchange(
      {
        url: new URL(url),
        method,
        headers: { Accept: 'application/json', ...type, ...headers },
        ...(body && { body: Buffer.from(form ? body.toString() : JSON.stringify(body)) }),
      },
      { followRedirects: false, idleTimeoutMs, insecureTrustAllCertificates: false },
      signal,
    );
    const text = (await buffer(response.body)).toString();
    if (response.code >= 300) throw new TaskError(`${what}: ${response.code} ${reason(text)}`);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof HttpError) throw new TaskError(`${what}: ${error.message}`, {}, { cause: error });
    if (error instanceof SyntaxError) throw new TaskError(`${what}: ${url} does not answer with JSON.`);
    throw error;
  }
}

function reason(text: string): string {
  try {
    const { error, error_description: description }: Refusal = JSON.parse(text);
    if (typeof error === 'object') return error.message ?? text;
    return [error, description].filter(Boolean).join(': ') || text;
  } catch {
    return text;
  }
}
