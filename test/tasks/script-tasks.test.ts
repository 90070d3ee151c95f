import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { processRunner, TaskHarness, type TaskSetting } from './task-harness.ts';

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(() => harness.close());

const local = { taskRunner: { type: processRunner } };
const shell = (properties: ValueMap, setting?: TaskSetting) =>
  harness.run('io.kestra.plugin.scripts.shell.Commands', { ...local, ...properties }, setting);
const script = (language: string, properties: ValueMap, setting?: TaskSetting) =>
  harness.run(`io.kestra.plugin.scripts.${language}.Script`, { ...local, ...properties }, setting);

describe('shell.Commands', () => {
  it('runs all commands in one shell and gives code, vars and files', async () => {
    const ended = await shell({
      beforeCommands: ['A=1'],
      commands: ['echo $A', `echo '::{"outputs":{"x":2}}::'`, 'echo oops >&2'],
    });
    expect(ended).toMatchObject({ state: 'SUCCESS', outputs: { exitCode: 0, vars: { x: 2 }, outputFiles: {} } });
    expect([...ended.said].sort()).toEqual(['ERROR oops', 'INFO 1']);
    expect(ended.debug).toContain(`Using task runner '${processRunner}'`);
  });

  it('ends at the first failure, and keeps the outputs', async () => {
    const ended = await shell({ commands: ['echo x > a.txt', 'exit 7', 'echo no'], outputFiles: ['a.txt'] });
    expect(ended.failure).toBe('Command failed with exit code 7');
    expect(ended.outputs).toEqual({
      exitCode: 7,
      vars: {},
      outputFiles: { 'a.txt': expect.stringMatching(/-a\.txt$/) },
    });
    expect(ended.said).toEqual([]);
  });

  it('goes on with failFast: false', async () => {
    expect((await shell({ commands: ['false', 'echo two'], failFast: false })).said).toEqual(['INFO two']);
    expect((await shell({ commands: ['false', 'echo two'], failFast: '{{ false }}' })).said).toEqual(['INFO two']);
  });

  it('says what exit code 127 means', async () => {
    const ended = await shell({ commands: ['no-such-command'] });
    expect(ended.failure).toBe('Command failed with exit code 127: a command was not found');
  });

  it('takes commands, env and inputFiles as expressions', async () => {
    const ended = await shell({
      commands: "{{ ['echo $A', 'cat f.json'] }}",
      env: "{{ {'A': 'x'} }}",
      inputFiles: '{"f.json": "{{ flow.id }}"}',
    });
    expect(ended.said).toEqual(['INFO x', 'INFO f']);
  });

  it('does not render what an expression gave', async () => {
    const ended = await shell({ commands: '{{ list }}' }, { variables: { list: ["echo '{{ x }}'"] } });
    expect(ended.said).toEqual(['INFO {{ x }}']);
  });

  it('gives commands and env values as text whatever their type', async () => {
    const ended = await shell({ commands: ['echo $A $B "$C"', null], env: { A: 1, B: true, C: { k: [1] }, D: null } });
    expect(ended.said).toEqual(['INFO 1 true {"k":[1]}']);
  });

  it('sets WORKING_DIR and OUTPUT_DIR over the user’s, inherits the rest', async () => {
    const ended = await shell({
      env: { WORKING_DIR: 'mine' },
      commands: [
        '[ "$WORKING_DIR" = "$(pwd)" ] && [ "$WORKING_DIR" = "{{ workingDir }}" ] && echo same',
        '[ "$OUTPUT_DIR" = "{{ outputDir }}" ] && echo $INHERITED',
        'mkdir $OUTPUT_DIR/sub; echo y > {{ outputDir }}/sub/b.txt',
      ],
    });
    expect(ended.said).toEqual(['INFO same', 'INFO yes']);
    expect(Object.keys(ended.outputs.outputFiles ?? {})).toEqual(['sub/b.txt']);
  });

  it('brings storage files that commands name, each once', async () => {
    const uri = 'kestra:///ns/data%20file.csv';
    await harness.storage.put(uri, 'content');
    const ended = await shell(
      { commands: ['cat {{ u }}', 'echo; ls *.tmp | wc -l', 'cat {{ u }}, || true'] },
      { variables: { u: uri } },
    );
    expect(ended.said.filter(line => line.startsWith('INFO'))).toEqual(['INFO content', 'INFO 1']);
    expect(ended.said.find(line => line.startsWith('ERROR'))).toMatch(/^ERROR cat: .*\.tmp,/);
  });

  it('fails before it starts when a named file is not there', async () => {
    const ended = await shell({ commands: ['echo never'], inputFiles: { a: 'kestra:///ns/none' } });
    expect(ended).toMatchObject({ state: 'FAILED', outputs: {}, said: [] });
    expect(ended.failure).toContain('kestra:///ns/none');
  });

  it.each([
    [{ commands: ['x'], inputFiles: { '../a': 'x' } }, '"../a" would lie outside'],
    [{ commands: ['x'], outputFiles: ['{a'] }, 'outputFiles: The pattern "{a"'],
    [{ commands: 5 }, 'commands must be a list'],
    [{ commands: ['x'], env: ['a'] }, 'env must be a map'],
    [{ commands: ['x'], env: { 'A=B': 'x' } }, 'env: "A=B" cannot be the name of a variable'],
    [{ commands: ['x'], env: { A: 'a\0b' } }, 'env: the value of A has a zero character in it'],
    [{ commands: ['echo a\0b'] }, 'zero character'],
    [{ commands: ['./no-program'], interpreter: ['no-such-shell', '-c'] }, 'There is no program "no-such-shell"'],
    [{ commands: ['./a'], inputFiles: { a: 'x' } }, 'exit code 126: a command was found but could not be executed'],
    [{ commands: ['true\r\nfalse\r\n'] }, 'exit code 127: a command was not found; some lines end with CR LF'],
    [{ commands: ['x'], failFast: 'maybe' }, 'failFast must be true or false'],
    [{ commands: [], interpreter: [], failFast: false }, 'nothing to run'],
    [{ commands: ['{{ missing }}'] }, 'missing'],
  ])('fails with words for %j', async (properties, words) => {
    expect((await shell(properties as ValueMap)).failure).toContain(words);
  });

  it('shows where named output files belong', async () => {
    const ended = await shell({ commands: ["echo 1 > {{ outputFiles['a.txt'] }}"], outputFiles: ['a.txt', '*.csv'] });
    expect(Object.keys(ended.outputs.outputFiles ?? {})).toEqual(['a.txt']);
  });

  it('copies namespace files, under what inputFiles says', async () => {
    for (const path of ['a.py', 'sub/b.py', 'c.txt']) await harness.storage.put(`kestra:///ns/_files/${path}`, path);
    const ended = await shell({
      namespaceFiles: { enabled: true, include: ['*.py', 'b.py'], exclude: ['c.txt'] },
      inputFiles: { 'a.py': 'mine' },
      commands: ['cat a.py; echo; cat sub/b.py; ls'],
    });
    expect(ended.said[0]).toMatch(/^INFO Loaded 2 namespace files from 'ns' in PT\d+\.\d+S$/);
    expect(ended.said.slice(1, 3)).toEqual(['INFO mine', 'INFO sub/b.pya.py']);
  });

  it('takes single namespace files as input files', async () => {
    await harness.storage.put('kestra:///ns/_files/sub/a.py', 'a');
    await harness.storage.put('kestra:///other/ns/_files/b.py', 'b');
    const inputFiles = { 'x.py': 'nsfile:///sub/a.py', 'y.py': 'nsfile://other.ns/b.py' };
    expect((await shell({ inputFiles, commands: ['cat x.py y.py'] })).said).toEqual(['INFO ab']);
    const missing = await shell({ inputFiles: { x: 'nsfile:///none' }, commands: ['echo never'] });
    expect(missing.failure).toContain('none');
  });

  it('puts namespace files into folders of their namespaces, and does with existing ones what it is told', async () => {
    await harness.storage.put('kestra:///ns/_files/a.txt', 'ns');
    await harness.storage.put('kestra:///other/team/_files/a.txt', 'team');
    const run = (namespaceFiles: ValueMap) =>
      shell({
        namespaceFiles: { namespaces: ['ns', 'other.team'], ...namespaceFiles },
        commands: ['cat $(find . -name a.txt | sort)'],
      });
    expect((await run({ folderPerNamespace: true })).said.at(-1)).toBe('INFO nsteam');
    rmSync(join(harness.workDir, 'ns'), { recursive: true });
    rmSync(join(harness.workDir, 'other.team'), { recursive: true });
    expect((await run({ ifExists: 'IGNORE' })).said.at(-1)).toBe('INFO ns');
    const warned = await run({ ifExists: 'WARN' });
    expect(warned.said).toContain('WARN The namespace file "a.txt" was left out: the file is there already.');
    expect((await run({ ifExists: 'FAIL' })).failure).toBe('namespaceFiles: the file "a.txt" is there already.');
    expect((await run({})).said.at(-1)).toBe('INFO team');
  });
});

describe('the command line', () => {
  const argvOf = async (properties: ValueMap, type = 'shell.Commands') =>
    (await harness.run(`io.kestra.plugin.scripts.${type}`, properties, { container: { kind: 'exited', exitCode: 0 } }))
      .plan?.argv;

  it('is the interpreter and one argument', async () => {
    expect(await argvOf({ commands: ['a', 'b'], beforeCommands: ['x'] })).toEqual(['/bin/sh', '-c', 'set -e\nx\na\nb']);
    expect(await argvOf({ commands: ['a'], interpreter: ['/bin/bash', '-xc'] })).toEqual([
      '/bin/bash',
      '-xc',
      'set -e\na',
    ]);
  });

  it('is one argument without an interpreter, and the commands themselves with nothing before them', async () => {
    expect(await argvOf({ commands: ['/bin/echo a', 'b'], interpreter: [] })).toEqual(['set -e\n/bin/echo a\nb']);
    expect(await argvOf({ commands: ['/bin/echo', 'b'], interpreter: [], failFast: false })).toEqual([
      '/bin/echo',
      'b',
    ]);
  });

  it('follows the target system and the language', async () => {
    expect(await argvOf({ commands: ['a'], targetOS: 'WINDOWS' })).toEqual(['/bin/sh', '-c', '\r\na']);
    expect(await argvOf({ commands: ['a'] }, 'perl.Commands')).toEqual(['/bin/sh', '-c', 'a']);
    expect(await argvOf({ commands: ['a'] }, 'powershell.Commands')).toEqual([
      'pwsh',
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      "$ErrorActionPreference = 'Stop'\na",
    ]);
    expect((await argvOf({ script: 'x', beforeCommands: ['b'] }, 'node.Script'))?.[2]).toMatch(
      /^set -e\nb\nnode \/work\/\w+\.js$/,
    );
    expect((await argvOf({ script: 'x', quiet: false }, 'jbang.Script'))?.[2]).toMatch(
      /^set -e\njbang \/work\/\w+\.java$/,
    );
    expect((await argvOf({ script: 'x' }, 'dotnet.Script'))?.[2]).toMatch(
      /^set -e\ndotnet tool .*\nexport PATH.*\ndotnet-script \/work\/\w+\.csx$/,
    );
  });
});

describe('a container', () => {
  const run = (properties: ValueMap, container: TaskSetting['container'] = { kind: 'exited', exitCode: 0 }) =>
    harness.run('io.kestra.plugin.scripts.python.Commands', { commands: ['x'], ...properties }, { container });

  it('is of the image that is named, or that of the language; Docker is the default', async () => {
    const ended = await run({});
    expect(ended.plan?.image).toBe('python:3.13-slim');
    expect(ended.debug).toContain("Using task runner 'io.kestra.plugin.scripts.runner.docker.Docker'");
    expect(ended.outputs.taskRunner).toEqual({ containerId: 'c1' });
    expect((await run({ containerImage: "{{ 'bus' }}ybox" })).plan?.image).toBe('busybox');
    const docker = { type: 'io.kestra.plugin.scripts.runner.docker.Docker', image: 'old', user: '{{ flow.id }}' };
    expect((await run({ taskRunner: docker })).plan).toMatchObject({ image: 'old', runnerConfig: { user: 'f' } });
  });

  it('runs Groovy scripts as root, as Kestra does, unless the task names a user', async () => {
    const container = { kind: 'exited', exitCode: 0 } as const;
    const type = 'io.kestra.plugin.scripts.runner.docker.Docker';
    const userOf = async (name: string, taskRunner: ValueMap) => {
      const ended = await harness.run(`io.kestra.plugin.scripts.${name}`, { script: 'x', taskRunner }, { container });
      return (ended.plan?.runnerConfig as ValueMap | undefined)?.user;
    };
    expect(await userOf('groovy.Script', { type })).toBe('root');
    expect(await userOf('groovy.Script', { type, user: 'me' })).toBe('me');
    expect(await userOf('ruby.Script', { type })).toBeUndefined();
  });

  it('of C# has dotnet-script before the own commands of the task', async () => {
    const container = { kind: 'exited', exitCode: 0 } as const;
    const properties = { script: 'x', beforeCommands: ['dotnet-script --version'] };
    const ended = await harness.run('io.kestra.plugin.scripts.dotnet.Script', properties, { container });
    expect(ended.plan?.argv.at(-1)).toMatch(/dotnet tool install[\s\S]*dotnet-script --version\ndotnet-script \/work/);
  });

  it('sees its own paths, and an output directory that ls does not show unless it is asked for', async () => {
    const { plan } = await run({ commands: ['{{ workingDir }} {{ outputDir }}'] });
    expect(plan?.env).toMatchObject({
      WORKING_DIR: '/work',
      OUTPUT_DIR: expect.stringMatching(/^\/work\/\.run\d+$/),
      PYTHONUNBUFFERED: 'true',
    });
    expect(plan?.argv[2]).toMatch(/^set -e\n\/work \/work\/\.run\d+$/);
    expect((await run({ outputDirectory: true })).plan?.env.OUTPUT_DIR).toMatch(/^\/work\/run\d+$/);
  });

  it.each([
    [{ kind: 'image-unavailable', detail: 'No such image: x' }, 'No such image: x', []],
    [{ kind: 'never-started', detail: 'refused' }, 'refused', []],
    [
      { kind: 'out-of-memory', exitCode: 137, detail: 'Out of memory' },
      'Out of memory',
      ['exitCode', 'outputFiles', 'vars'],
    ],
    [{ kind: 'deleted-outside', detail: 'gone' }, 'gone', ['outputFiles', 'vars']],
    [{ kind: 'stopped' }, 'The program was stopped.', ['outputFiles', 'vars']],
    [
      { kind: 'exited', exitCode: 1, detail: 'why' },
      'Command failed with exit code 1: why',
      ['exitCode', 'outputFiles', 'vars'],
    ],
    [
      { kind: 'exited', exitCode: 127, detail: 'crun: executable file `zsh` not found in $PATH: No such file' },
      'Command failed with exit code 127: there is no program "zsh" in the image python:3.13-slim; name one that it ' +
        'has in `interpreter`, or another image',
      ['exitCode', 'outputFiles', 'vars'],
    ],
    [
      { kind: 'exited', exitCode: 127 },
      'Command failed with exit code 127: a command was not found in the image python:3.13-slim',
      ['exitCode', 'outputFiles', 'vars'],
    ],
  ] as const)('that ends with %j fails the task in those words', async (outcome, failure, keys) => {
    const ended = await run({}, outcome);
    expect(ended.failure).toBe(failure);
    expect(Object.keys(ended.outputs).sort()).toEqual(keys);
  });
});

describe('scripts', () => {
  it('of a shell are the command itself', async () => {
    expect((await script('shell', { script: 'echo "{{ flow.id }}"\nfalse\necho no' })).said).toEqual(['INFO f']);
  });

  it('of Python run from a file, with inputs beside them', async () => {
    const ended = await script('python', {
      script:
        'import os\nprint(open("in.txt").read(), os.environ["PYTHONUNBUFFERED"])\nprint(\'::{"outputs":{"x":[1,2]}}::\')\n',
      inputFiles: { 'in.txt': 'hello' },
    });
    expect(ended.said).toEqual(['INFO hello true']);
    expect(ended.outputs.vars).toEqual({ x: [1, 2] });
  });

  it('of Python tell the line of an error', async () => {
    const ended = await script('python', { script: "raise Exception('boom')" });
    expect(ended.said[1]).toMatch(/^ERROR {3}File ".*\/\w+\.py", line 1, in <module>$/);
    expect(ended.failure).toBe('Command failed with exit code 1');
  });

  it.each([
    ['x = {{ flag }}\nprint(x, {{ nothing }})', 'True None'],
    ['# says it\nprint({{ flag }})', 'True'],
    ['#!/usr/bin/env python\nprint({{ flag }})', 'True'],
    ['import json\nprint({{ list }})', '[1, False]'],
    ['"""Doc."""\nfrom __future__ import annotations\nprint({{ flag }})', 'True'],
    ['true = 3\nprint(true)', '3'],
    ['if {{ flag }}:\n  print("yes")', 'yes'],
  ])('of Python may hold values as expressions write them: %j', async (text, said) => {
    const variables = { flag: true, nothing: 'null', list: [1, false] };
    expect((await script('python', { script: text }, { variables })).said).toEqual([`INFO ${said}`]);
  });

  it('of Python that do so still tell the line of an error', async () => {
    for (const first of ['import os', 'y = 1', '"""Doc', '# said']) {
      const text = `${first}\n${first.startsWith('"') ? '"""' : ''}\nx = true\nraise Exception('boom')`;
      expect((await script('python', { script: text })).said.join('\n')).toContain('line 4');
    }
  });

  it('of Python use an activated environment', async () => {
    const fake =
      "mkdir -p v/bin; printf '#!/bin/sh\\necho venv\\n' > v/bin/python; chmod +x v/bin/python; VIRTUAL_ENV=$PWD/v";
    expect((await script('python', { beforeCommands: [fake], script: 'print(1)' })).said).toEqual(['INFO venv']);
  });

  it('of Node run', async () => {
    expect((await script('node', { script: 'console.log(process.argv.length)' })).said).toEqual(['INFO 2']);
  });

  it('are rendered once', async () => {
    const ended = await script('python', { script: 'print("{{ x }}")' }, { variables: { x: '{{ y }}' } });
    expect(ended.said).toEqual(['INFO {{ y }}']);
  });

  it('may begin with a byte order mark', async () => {
    for (const [language, text] of [
      ['shell', 'echo one'],
      ['python', 'print("one")'],
      ['node', 'console.log("one")'],
    ] as const) {
      expect((await script(language, { script: `\uFEFF${text}` })).said).toEqual(['INFO one']);
    }
  });

  it('of Python may have the line ends of Windows', async () => {
    expect((await script('python', { script: 'if True:\r\n  print(1)\r\n' })).said).toEqual(['INFO 1']);
  });

  it('stay in the working directory whatever their extension', async () => {
    const { failure } = await script('python', { script: 'pass', extension: '/../../beside' });
    expect(failure).toContain('extension must be the end of a file’s name');
    expect(existsSync(join(harness.base, 'beside'))).toBe(false);
  });

  it('may be empty', async () => {
    expect(await script('python', { script: '' })).toMatchObject({ state: 'SUCCESS', said: [] });
    expect(await shell({ commands: [] })).toMatchObject({ state: 'SUCCESS', said: [] });
  });

  it('longer than an argument may be still run', async () => {
    const ended = await script('shell', { script: `: ${'x'.repeat(200_000)}\necho done` });
    expect(ended.said).toEqual(['INFO done']);
  });
});

describe('two tasks in one directory', () => {
  it('see what the first left, but not what was taken from it', async () => {
    await shell({ commands: ['echo A > a.txt', 'echo B > b.txt'], outputFiles: ['a.txt'] });
    expect((await shell({ commands: ['ls *.txt'] })).said).toEqual(['INFO b.txt']);
    expect(readFileSync(join(harness.workDir, 'b.txt'), 'utf8')).toBe('B\n');
  });
});
