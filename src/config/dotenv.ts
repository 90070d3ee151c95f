/** The format of `--secrets`: dotenv, with `export`, comments, quotes and quoted values of several lines. */

export interface Dotenv {
  /** In the order of the file; of two with one name the last counts. */
  readonly values: ReadonlyMap<string, string>;
  /** Lines (from 1) that are no assignment. */
  readonly faults: readonly { readonly line: number; readonly message: string }[];
}

const assignment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*/;

/** Double quotes know `\n`, `\t`, `\"`, `\\` and `\$`; single quotes nothing; without quotes ` #` begins a comment. */
export function parseDotenv(text: string): Dotenv {
  const values = new Map<string, string>();
  const faults: { line: number; message: string }[] = [];
  const source = text.replaceAll(/\r\n?/g, '\n').replace(/^\uFEFF/, '');
  let at = 0;
  let line = 1;
  const advance = (to: number) => {
    for (let next = source.indexOf('\n', at); next >= 0 && next < to; next = source.indexOf('\n', next + 1)) line++;
    at = to;
  };
  while (at < source.length) {
    const end = endOfLine(source, at);
    const row = source.slice(at, end);
    const match = assignment.exec(row);
    if (!match) {
      // The line itself is not shown: it may be part of a secret.
      if (row.trim() !== '' && !row.trimStart().startsWith('#')) faults.push({ line, message: 'is no NAME=value' });
      advance(end + 1);
      continue;
    }
    const start = at + match[0].length;
    const quote = source[start];
    const name = match[1] ?? '';
    if (quote === '"' || quote === "'" || quote === '`') {
      const close = closingQuote(source, start + 1, quote);
      if (close < 0) {
        faults.push({ line, message: `has a quote (${quote}) that is not closed` });
        break;
      }
      const raw = source.slice(start + 1, close);
      values.set(name, quote === '"' ? unescaped(raw) : raw);
      advance(endOfLine(source, close) + 1);
      continue;
    }
    values.set(
      name,
      source
        .slice(start, end)
        .replace(/(?:^|[ \t]+)#.*$/, '')
        .trim(),
    );
    advance(end + 1);
  }
  return { values, faults };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function closingQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}

function unescaped(text: string): string {
  const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return text.replaceAll(/\\([nrt"\\$'])/g, (_, letter: string) => controls[letter] ?? letter);
}
