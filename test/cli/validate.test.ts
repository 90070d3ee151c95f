/** `validate` of a folder. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command } from './command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-validate-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('without flows it is refused: it was perhaps meant to be another', async () => {
  const { code, err } = await command(['validate', folder]);
  expect([code, err]).toEqual([2, `There is no .yaml or .yml file in ${folder}.\n`]);
});

test('the end says how many of many files have problems', async () => {
  for (const id of ['a', 'b', '-'])
    await writeFile(
      join(folder, `${id}.yaml`),
      `id: ${id}\nnamespace: n\ntasks: [{id: t, type: io.kestra.plugin.core.log.Log, message: hi}]\n`,
    );
  const { code, out } = await command(['validate', folder]);
  expect(out).toMatch(/\n1 of 3 files has problems\.\n$/);
  expect(code).toBe(2);
  expect((await command(['validate', join(folder, '-.yaml')])).out).not.toContain('files');
});

test('what is wrong with the configuration is said, too', async () => {
  const [flow, config] = [join(folder, 'flow.yaml'), join(folder, 'config.txt')];
  await writeFile(flow, 'id: a\nnamespace: n\ntasks: [{id: t, type: io.kestra.plugin.core.log.Log, message: hi}]\n');
  await writeFile(config, 'plugins: {}\n');
  const { code, err } = await command(['validate', flow, '--config', config]);
  expect(err).toBe(`${config}:1:1: nothing of this file is used: settings stand below kestra: or windlass:\n`);
  expect(code).toBe(0);
});
