/** The forms in which a secret turns up in what programs and engines print. */

/** `base64` and others break their output into lines of this many characters (RFC 2045; `openssl` takes 64). */
const base64LineLengths = [76, 64];

/** Less of a base64 or hexadecimal text could be anything. */
const shortestEncoded = 8;

/**
 * The secret itself and what it looks like in base64 (also inside a longer encoded text, at any of the three
 * alignments, and broken into lines), in hexadecimal, in a URL, in JSON (also with non-ASCII characters or slashes
 * escaped) and quoted for a shell. No duplicates.
 */
export function secretForms(secret: string): ReadonlySet<string> {
  const forms = new Set([
    secret,
    ...urlForms(secret),
    ...jsonForms(secret),
    ...shellForms(secret),
    ...hexForms(secret),
  ]);
  for (const form of base64Forms(secret)) {
    forms.add(form);
    forms.add(form.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

function* urlForms(secret: string): Generator<string> {
  // A lone half of a surrogate pair has no UTF-8.
  if (!secret.isWellFormed()) return;
  const encoded = encodeURIComponent(secret);
  const strict = encoded.replace(/[!'()*~]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  for (const form of [encoded, strict, encodeURI(secret)]) {
    yield form;
    yield form.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase());
    yield form.replaceAll('%20', '+');
  }
}

function* jsonForms(secret: string): Generator<string> {
  const escaped = JSON.stringify(secret).slice(1, -1);
  // Python's json.dumps escapes what is not ASCII, PHP's json_encode slashes as well.
  const ascii = escaped.replace(/[\u007f-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  for (const form of [escaped, ascii]) {
    yield form;
    yield form.replaceAll('/', '\\/');
    // JSON in JSON.
    yield JSON.stringify(form).slice(1, -1);
  }
}

function* shellForms(secret: string): Generator<string> {
  yield secret.replaceAll("'", "'\\''");
  yield secret.replaceAll("'", `'"'"'`);
  yield secret.replace(/[\\"$`!]/g, '\\$&');
  // `printf %q` and `set -x` of some shells.
  yield secret.replace(/[^A-Za-z0-9_@%+=:,./-]/g, '\\$&');
}

function* hexForms(secret: string): Generator<string> {
  const hex = Buffer.from(secret).toString('hex');
  if (hex.length < shortestEncoded) return;
  yield hex;
  yield hex.toUpperCase();
}

function* base64Forms(secret: string): Generator<string> {
  const bytes = Buffer.from(secret);
  const whole = bytes.toString('base64');
  const candidates = [whole, Buffer.from(`${secret}\n`).toString('base64')];
  // In a longer text the first and last characters also depend on what stands beside the secret.
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const last = (bytes.length + shift) % 3 === 0 ? encoded.length : encoded.length - 1;
    candidates.push(encoded.slice(shift === 0 ? 0 : shift + 1, last));
  }
  for (const length of base64LineLengths) {
    if (whole.length > length) candidates.push(...(whole.match(new RegExp(`.{1,${length}}`, 'g')) ?? []));
  }
  for (const candidate of candidates) if (candidate.length >= shortestEncoded) yield candidate;
}
