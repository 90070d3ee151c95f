import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pages, withTables } from '../../scripts/property-table.ts';

test.for(readdirSync(pages))('docs/runners/%s says what the schema says (node scripts/property-table.ts)', name => {
  const page = readFileSync(join(pages, name), 'utf8');
  expect(page).toBe(withTables(page));
});

test('every property of the Docker runner is explained', () => {
  const rows = readFileSync(join(pages, 'docker.md'), 'utf8').match(/^\| `.*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter(row => row.endsWith('|  |'))).toEqual([]);
});
