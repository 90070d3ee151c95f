/** The scripts of `windlass completion`, loaded by the shells themselves; zsh and fish where they are installed. 9 s. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from './command.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
let folder: string;
let executionId: string;
/** The one in the state folder `other`. */
let otherId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-completion-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'my files'));
  writeFileSync(
    join(folder, 'flow one.yaml'),
    'id: f\nnamespace: n\ntasks: [{id: t, type: io.kestra.plugin.core.log.Log, message: hi}]\n',
  );
  const windlass = join(folder, 'bin/windlass');
  const noWarning = '--disable-warning=ExperimentalWarning';
  writeFileSync(windlass, `#!/bin/sh\nexec '${process.execPath}' ${noWarning} '${main}' "$@"\n`);
  chmodSync(windlass, 0o755);
  executionId = JSON.parse(shell(windlass, 'run', 'flow one.yaml', '--json', '--quiet')).id;
  otherId = JSON.parse(shell(windlass, 'run', 'flow one.yaml', '--json', '--quiet', '--state', 'other')).id;
  for (const name of ['bash', 'zsh', 'fish'])
    writeFileSync(join(folder, name), (await command(['completion', name])).out);
});
afterAll(() => rmSync(folder, { recursive: true }));

function shell(program: string, ...args: string[]): string {
  const env = { PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder, TERM: 'dumb', LANG: 'C.UTF-8' };
  return execFileSync(program, args, { encoding: 'utf8', cwd: folder, env, timeout: 30_000 });
}

const isThere = (program: string) => spawnSync(program, ['-c', 'exit']).status === 0;

test('bash completes commands, options, values, files, types and executions', () => {
  const complete = (...words: string[]) =>
    shell(
      'bash',
      '-c',
      `source ./bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _windlass; printf '%s\\n' "\${COMPREPLY[@]}"`,
      '-',
      ...words,
    )
      .trimEnd()
      .split('\n');
  expect(complete('windlass', 'ex')).toEqual(['explain']);
  expect(complete('windlass', 'run', '--wat')).toEqual(['--watch']);
  expect(complete('windlass', 'run', 'fl')).toEqual(['flow one.yaml']);
  expect(complete('windlass', 'run', '--runner', 'd')).toEqual(['docker']);
  expect(complete('windlass', 'run', '--namespace-files', 'm')).toEqual(['my files']);
  expect(complete('windlass', 'logs', '--log-level', 'W')).toEqual(['WARN']);
  expect(complete('windlass', 'show', '')).toEqual([executionId]);
  expect(complete('windlass', 'show', '--state', 'other', '')).toEqual([otherId]);
  expect(complete('windlass', 'docs', 'io.kestra.plugin.core.log.L')).toEqual(['io.kestra.plugin.core.log.Log']);
});

describe.skipIf(!isThere('zsh'))('zsh', () => {
  // A zsh in a pty; Ctrl-X prints the line as it stands after the tabulator.
  const script = `
    zmodload zsh/zpty
    zpty z "zsh -f -i"
    zpty -w z 'PS1=; autoload -U compinit; compinit -D -u; source ./zsh'
    zpty -w z 'show() { print -r -- "<$BUFFER>"; BUFFER= }; zle -N show'
    zpty -w z 'bindkey "^X" show; bindkey "^I" complete-word; print re""ady'
    zpty -r z out '*ready*'
    for text in "$@"; do
      zpty -w -n z "$text"$'\\t\\x18'
      zpty -r z out '*<*>*'
      print -r -- \${\${out##*<}%%>*}
    done
    zpty -d z`;
  const complete = (...lines: string[]) =>
    shell('zsh', '-f', '-c', script, '-', ...lines)
      .trimEnd()
      .split(' \n');

  test('completes commands, options, values, files, types and executions', () => {
    const completed = {
      'windlass ex': 'windlass explain',
      'windlass run --wat': 'windlass run --watch',
      'windlass run fl': 'windlass run flow\\ one.yaml',
      'windlass run --runner d': 'windlass run --runner docker',
      'windlass logs --log-level=W': 'windlass logs --log-level=WARN',
      'windlass show ': `windlass show ${executionId}`,
      'windlass show --state other ': `windlass show --state other ${otherId}`,
      'windlass docs io.kestra.plugin.core.log.L': 'windlass docs io.kestra.plugin.core.log.Log',
    };
    expect(complete(...Object.keys(completed))).toEqual(Object.values(completed));
  });
});

describe.skipIf(!isThere('fish'))('fish', () => {
  const complete = (line: string) =>
    shell('fish', '--no-config', '-c', `source ./fish; complete -C '${line}'`)
      .trimEnd()
      .split('\n')
      .map(offered => offered.split('\t')[0]);

  test('completes commands, options, values, files, types and executions', () => {
    expect(complete('windlass ex')).toEqual(['explain']);
    expect(complete('windlass run --wat')).toEqual(['--watch']);
    expect(complete('windlass run fl')).toEqual(['flow one.yaml']);
    expect(complete('windlass run --runner d')).toEqual(['docker']);
    expect(complete('windlass run --namespace-files m')).toEqual(['my files/']);
    expect(complete('windlass logs --log-level W')).toEqual(['WARN']);
    expect(complete('windlass show ')).toEqual([executionId]);
    expect(complete('windlass show --state other ')).toEqual([otherId]);
    expect(complete('windlass docs io.kestra.plugin.core.log.L')).toEqual(['io.kestra.plugin.core.log.Log']);
  });
});

test('another shell is refused', async () => {
  expect((await command(['completion', 'tcsh'])).code).toBe(2);
});
