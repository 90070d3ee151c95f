import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Folders of src/, lowest first. Those of one row may import each other; a row may import the rows above it. */
const layers = [
  ['model'],
  ['expression'],
  ['flow'],
  ['engine'],
  ['config', 'files', 'logs', 'runners', 'runs', 'storage', 'store', 'tasks'],
  ['worker'],
  ['cli'],
];

let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'windlass-imports-'));
  const settings = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8'));
  await writeFile(join(project, 'biome.json'), JSON.stringify({ ...settings, vcs: { enabled: false } }));
});

afterEach(async () => {
  await rm(project, { recursive: true });
});

/** The files of `sources` that the linter refuses, by rule. */
async function refused(sources: Record<string, string>, rule: string): Promise<string[]> {
  for (const [path, text] of Object.entries(sources)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
  const biome = join(root, 'node_modules/.bin/biome');
  const output = await promisify(execFile)(biome, ['lint', '--max-diagnostics=none', '--colors=off', '.'], {
    cwd: project,
  }).then(
    done => done.stdout + done.stderr,
    (failed: { stdout: string; stderr: string }) => failed.stdout + failed.stderr,
  );
  const places = output.matchAll(new RegExp(`^(\\S+):\\d+:\\d+ lint/style/${rule}`, 'gm'));
  return [...new Set([...places].map(place => place[1] ?? ''))].sort();
}

function importing(from: string, to: string, level: number): string {
  return level % 2 === 0
    ? `import type { A } from '../${to}/a.ts';\nexport type ${from} = A;\n`
    : `export const ${from} = await import('../../${to}/nested/a.ts');\n`;
}

test('every folder has its place', async () => {
  const folders = await readdir(join(root, 'src'), { withFileTypes: true });
  expect(layers.flat().sort()).toEqual(folders.flatMap(entry => (entry.isDirectory() ? [entry.name] : [])).sort());
});

test('the linter refuses every import against the order of the folders, and no other', async () => {
  const sources: Record<string, string> = {};
  const against: string[] = [];
  for (const [i, layer] of layers.entries()) {
    for (const [j, other] of layers.entries()) {
      for (const from of layer) {
        for (const to of other.filter(name => name !== from)) {
          const level = i + j;
          const path = `src/${from}/${level % 2 === 0 ? '' : 'nested/'}imports-${to}.ts`;
          sources[path] = importing(from, to, level);
          if (j > i) against.push(path);
        }
      }
    }
  }
  expect(await refused(sources, 'noRestrictedImports')).toEqual(against.sort());
});

test('the linter refuses that one runner imports another', async () => {
  const runners = ['docker', 'kubernetes', 'process'];
  const sources: Record<string, string> = {};
  const against: string[] = [];
  for (const from of runners) {
    sources[`src/runners/${from}/contract.ts`] = `import type { A } from '../runner.ts';\nexport type B = A;\n`;
    for (const to of runners.filter(name => name !== from)) {
      const path = `src/runners/${from}/imports-${to}.ts`;
      sources[path] = importing(from, to, 0);
      against.push(path);
    }
  }
  expect(await refused(sources, 'noRestrictedImports')).toEqual(against.sort());
});

test('the linter refuses process.env everywhere in src but in main.ts', async () => {
  const text = 'export const home = process.env.HOME;\n';
  const sources = { 'src/main.ts': text, 'src/cli/run.ts': text, 'test/a.test.ts': text };
  expect(await refused(sources, 'noProcessEnv')).toEqual(['src/cli/run.ts']);
});
