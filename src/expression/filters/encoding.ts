/** `base64encode`, `base64decode`, `urlencode`, `urldecode`. */
import { Fault } from '../expression-error.ts';
import { type Filter, filter } from '../invocable.ts';
import { javaText } from '../java-values.ts';
import { textInput } from '../typed-arguments.ts';

export const encodingFilters = {
  base64encode: filter(input => Buffer.from(javaText(input), 'utf8').toString('base64')),
  base64decode: filter(input => {
    if (typeof input !== 'string') throw new Fault('This filter applies to String');
    return base64Decode(
      input,
      'Please provide a correctly Base64 encoded string containing an UTF-8 string',
    ).toString();
  }),
  urlencode: filter(input => urlEncode(textInput(input, 'urlencode'))),
  urldecode: filter(input => urlDecode(textInput(input, 'urldecode'))),
} satisfies Record<string, Filter>;

/** Strict as Java's basic decoder: no other characters, padding whole or absent. */
export function base64Decode(text: string, message: string): Buffer {
  const body = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text);
  const length = body?.[1]?.length ?? 0;
  if (!body || length % 4 === 1 || (body[2] !== '' && (length + (body[2]?.length ?? 0)) % 4 !== 0)) {
    throw new Fault(message);
  }
  return Buffer.from(text, 'base64');
}

/** Java's URLEncoder: a space is `+`; letters, digits and `.-*_` stay. */
function urlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function urlDecode(text: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) throw new Fault('URLDecoder: Illegal hex characters in escape (%) pattern');
  const bytesOf = (run: string) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8');
  return text.replaceAll('+', ' ').replace(/(?:%[0-9a-fA-F]{2})+/g, bytesOf);
}
