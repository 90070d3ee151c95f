/** Writes the table of languages into docs/scripts.md: `node scripts/language-table.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { languages } from '../src/tasks/scripts/languages.ts';

const page = join(import.meta.dirname, '../docs/scripts.md');
const [begin, end] = ['<!-- languages: begin -->\n', '<!-- languages: end -->'];

/** The page with the table as it has to be. */
export function withLanguageTable(text: string): string {
  const rows = languages.map(language => {
    const line = language.runLine?.({ path: 'FILE', properties: {}, local: false }) ?? 'the script itself';
    const shown = line.startsWith('if ') ? 'python FILE' : line;
    const interpreter = language.interpreter?.join(' ') ?? '/bin/sh -c';
    return `| ${language.title} | \`…scripts.${language.name}\` | \`${language.image}\` | ${language.suffix ? `\`${language.suffix}\`` : ''} | \`${shown}\` | \`${interpreter}\` |`;
  });
  const table = [
    '| language | type, before `.Commands` or `.Script` | image | file | a script is run by | interpreter |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
  const [before, rest = ''] = text.split(begin);
  return `${before}${begin}\n${table.join('\n')}\n\n${rest.slice(rest.indexOf(end))}`;
}

if (import.meta.main) writeFileSync(page, withLanguageTable(readFileSync(page, 'utf8')));
