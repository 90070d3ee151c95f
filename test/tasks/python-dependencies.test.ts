import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { processRunner, TaskHarness, type TaskSetting } from './task-harness.ts';

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(() => harness.close());

/** Makes a package that needs nothing else, so that no index is asked. */
function wheel(name: string, text: string): string {
  const path = join(harness.base, `${name}-1.0-py3-none-any.whl`);
  const program = `
import sys, zipfile
name, text, path = sys.argv[1:]
with zipfile.ZipFile(path, 'w') as z:
  z.writestr(name + '.py', text)
  z.writestr(name + '-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: ' + name + '\\nVersion: 1.0\\n')
  z.writestr(name + '-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
  z.writestr(name + '-1.0.dist-info/RECORD', '')
`;
  execFileSync('python3', ['-c', program, name, text, path]);
  return path;
}

/** The cache of each test is its own. */
function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, XDG_CACHE_HOME: join(harness.base, 'cache'), PIP_NO_INDEX: '1', ...more };
}

/** Installs in a moment: for each line a module of that name, from no index. */
const standIn = `#!/bin/sh
while [ $# -gt 0 ]; do case $1 in --target) folder=$2;; -r) list=$2;; esac; shift; done
sleep 0.1
while read -r name; do
  [ "$name" != no-such-package ] || { echo "nothing of the name $name in $UV_INDEX_URL" >&2; exit 1; }
  echo "n = '$name'" >"$folder/$name.py"
done <"$list"
`;

const cached = (): string[] => {
  const folder = join(harness.base, 'cache/windlass/python');
  return existsSync(folder) ? readdirSync(folder) : [];
};

/** @param setting without an environment: uv is the stand-in */
function run(properties: ValueMap, setting: TaskSetting = {}) {
  const uv = join(harness.base, 'uv');
  writeFileSync(uv, standIn, { mode: 0o755 });
  return harness.run(
    'io.kestra.plugin.scripts.python.Script',
    { taskRunner: { type: processRunner }, ...properties },
    { environment: environment({ UV_PATH: uv }), ...setting },
  );
}

const installs = (debug: readonly string[]) => debug.filter(line => line.startsWith('Installed ')).length;

describe('dependencies of Python', () => {
  it('are installed by pip, once, and taken from the cache after that', async () => {
    const properties = {
      packageManager: 'PIP',
      dependencies: [wheel('greeting', 'text = "hello"')],
      script: 'import greeting; print(greeting.text)',
    };
    const first = await run(properties);
    expect(first).toMatchObject({ state: 'SUCCESS', said: ['INFO hello'] });
    const second = await run(properties);
    expect(second.said).toEqual(['INFO hello']);
    expect([installs(first.debug), installs(second.debug), cached().length]).toEqual([1, 0, 1]);
  });

  it('are installed once by tasks that need them at the same time', async () => {
    const properties = { dependencies: ['once'], script: 'import once' };
    const ended = await Promise.all([run(properties), run(properties), run(properties)]);
    expect(ended.map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    expect(ended.reduce((sum, { debug }) => sum + installs(debug), 0)).toBe(1);
    expect(cached()).toHaveLength(1);
  });

  it('are not mixed up: each set has a folder of its own', async () => {
    await run({ dependencies: ['one'], script: 'import one' });
    const ended = await run({ dependencies: ['two'], script: 'import two\nimport one' });
    expect(ended.said.at(-1)).toBe("ERROR ModuleNotFoundError: No module named 'one'");
    expect(cached()).toHaveLength(2);
  });

  it('go before what PYTHONPATH already names', async () => {
    const ended = await run({
      dependencies: "{{ ['both'] }}",
      inputFiles: { 'mine/both.py': 'n = "mine"', 'mine/other.py': 'n = "other"' },
      env: { PYTHONPATH: '{{ workingDir }}/mine' },
      script: 'import both as b, other; print(b.n, other.n)',
    });
    expect(ended.said).toEqual(['INFO both other']);
  });

  it('lie beside the script without the cache, and are no output files', async () => {
    const ended = await run({
      dependencies: ['beside'],
      dependencyCacheEnabled: false,
      outputFiles: ['**'],
      script: 'import beside as b; print("/.kestra_additional_python_lib/" in b.__file__); open("o", "w")',
    });
    expect(ended.said).toEqual(['INFO True']);
    expect(Object.keys(ended.outputs.outputFiles ?? {}).filter(name => name.includes('beside'))).toEqual([]);
    expect(cached()).toEqual([]);
  });

  it('fail the task in the words of the installer, which sees the task’s own index, and leave nothing', async () => {
    const env = { UV_INDEX_URL: 'https://private/simple' };
    const ended = await run({ dependencies: ['no-such-package'], env, script: 'print(1)' });
    expect(ended.failure).toBe(
      'The Python dependencies could not be installed (exit code 1): nothing of the name no-such-package in https://private/simple',
    );
    expect([ended.said, cached()]).toEqual([[], []]);
  });

  it('end with the task when it is killed', async () => {
    const stop = new AbortController();
    const python = join(harness.base, 'bin/python3');
    execFileSync('mkdir', ['-p', join(harness.base, 'bin')]);
    writeFileSync(
      python,
      '#!/bin/sh\n[ "$1" = -c ] && { echo 3.11; exit; }\necho $$ > "$XDG_CACHE_HOME.pid"; sleep 60\n',
      {
        mode: 0o755,
      },
    );
    const slow = environment({ PATH: `${join(harness.base, 'bin')}:/usr/bin:/bin` });
    const ended = run(
      { packageManager: 'PIP', dependencies: ['x'], pythonVersion: '3', script: '' },
      { environment: slow, signal: stop.signal },
    );
    const pidFile = `${slow.XDG_CACHE_HOME}.pid`;
    await expect.poll(() => existsSync(pidFile)).toBe(true);
    stop.abort('kill');
    await expect(ended).rejects.toBe('kill');
    expect(cached()).toEqual([]);
  });

  it('use uv where there is one, with the version of the image', async () => {
    const bin = join(harness.base, 'bin');
    execFileSync('mkdir', ['-p', bin]);
    const record = join(harness.base, 'uv-arguments');
    writeFileSync(join(bin, 'uv'), `#!/bin/sh\necho "$@" > ${record}\n`, { mode: 0o755 });
    const ended = await run(
      {
        dependencies: ['pandas<3'],
        containerImage: 'docker.io/python:3.12.4-slim',
        taskRunner: { type: 'x' },
        script: '',
      },
      {
        environment: environment({ PATH: `${bin}:${process.env.PATH}` }),
        container: { kind: 'exited', exitCode: 0 },
      },
    );
    expect(ended.plan?.env.PYTHONPATH).toBe('/work/.kestra_additional_python_lib');
    expect(execFileSync('cat', [record], { encoding: 'utf8' })).toMatch(
      /^pip install --no-progress --link-mode copy .*--python-version 3\.12 --target .* -r .*requirements\.txt$/m,
    );
    expect(existsSync(join(harness.workDir, '.kestra_additional_python_lib/requirements.txt'))).toBe(true);
  });

  it('say what to do where there is neither uv nor pip', async () => {
    const ended = await run(
      { dependencies: ['x'], script: '' },
      { environment: { PATH: '/nowhere', XDG_CACHE_HOME: join(harness.base, 'cache') } },
    );
    expect(ended.failure).toContain('there is neither uv nor pip on this machine');
  });
});
