/** The exchange did not come about. The message is for the user and names the address. */
import { UserError } from '../../model/user-error.ts';
export class HttpError extends UserError {}

/** No answer came: the reason in words. */
export function unreachable(url: URL, error: Error & { code?: string }): HttpError {
  // Of several addresses that were tried, Node's message is empty and only the code tells.
  const why = error.message || error.code || 'unknown';
  return new HttpError(`${url.origin} cannot be reached: ${why}`, { cause: error });
}
