/** `validate` where there is nothing to validate. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from './command.ts';

test('a folder without flows is refused: it was perhaps meant to be another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-validate-'));
  const { code, err } = await command(['validate', folder]);
  await rm(folder, { recursive: true });
  expect([code, err]).toEqual([2, `There is no .yaml or .yml file in ${folder}.\n`]);
});
