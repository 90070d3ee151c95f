/** `list` on a terminal. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { command, noInput, silentOutput } from './command.ts';

test('a long name of a flow is cut, so that each execution keeps to one line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-list-'));
  const path = join(folder, 'flow.yaml');
  const id = `long-${'x'.repeat(60)}`;
  await writeFile(
    path,
    `id: ${id}\nnamespace: n\ntasks: [{id: t, type: io.kestra.plugin.core.log.Log, message: hi}]\n`,
  );
  await command(['run', path, '--state', folder]);
  const written: string[] = [];
  const { stderr, stdout } = silentOutput();
  const terminal = { ...stdout, isTerminal: true, width: 80, write: (text: string) => void written.push(text) };
  const signals = { hold: () => {}, onCancel: () => {}, onLeave: () => {} };
  await runProgram(['list', '--state', folder], {
    input: noInput,
    output: { stdout: terminal, stderr },
    environment: {},
    signals,
  });
  const said = written.join('');
  expect(said).toMatch(/^EXECUTION .*\n\w{22} {2}n\.long-x+… {2}SUCCESS {2}.*\n$/);
  expect(Math.max(...said.split('\n').map(line => line.length))).toBe(80);
  expect((await command(['list', '--state', folder])).out).toContain(`n.${id} `);
  await rm(folder, { recursive: true });
});
