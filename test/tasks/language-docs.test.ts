import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withLanguageTable } from '../../scripts/language-table.ts';

it('docs/scripts.md has the table of languages as it is: node scripts/language-table.ts writes it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/scripts.md'), 'utf8');
  expect(page).toBe(withLanguageTable(page));
});
