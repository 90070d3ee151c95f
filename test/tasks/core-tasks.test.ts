import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flowables } from '../../src/engine/flowables/index.ts';
import { readFlows } from '../../src/flow/index.ts';
import type { ValueMap } from '../../src/model/value.ts';
import { processDeclaration } from '../../src/runners/process/declaration.ts';
import { createCatalog } from '../../src/tasks/registry.ts';
import { TaskHarness, type TaskSetting } from './task-harness.ts';

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(() => harness.close());

const core = (name: string, properties: ValueMap, setting?: TaskSetting) =>
  harness.run(`io.kestra.plugin.core.${name}`, properties, setting);

describe('Log', () => {
  it.each([
    [{ message: 'hi {{ flow.id }}' }, ['INFO hi f']],
    [{ message: ['one', 'two {{ flow.id }}'] }, ['INFO one', 'INFO two f']],
    [{ message: 'line1\nline2', level: 'WARN' }, ['WARN line1\nline2']],
    [{ message: 5, level: "{{ 'ERROR' }}" }, ['ERROR 5']],
    [{ message: '' }, ['INFO ']],
  ])('%j', async (properties, said) => {
    expect(await core('log.Log', properties)).toMatchObject({ state: 'SUCCESS', outputs: {}, said });
  });

  it('fails with words for an unknown level', async () => {
    expect((await core('log.Log', { message: 'x', level: "{{ 'LOUD' }}" })).failure).toContain('"LOUD"');
  });

  it('has an older sister', async () => {
    expect((await core('debug.Echo', { format: 'x', level: 'WARN' })).said).toEqual(['WARN x']);
  });
});

describe('Return', () => {
  it('gives text, or nothing', async () => {
    expect((await core('debug.Return', { format: '{{ 1 + 1 }}' })).outputs).toEqual({ value: '2' });
    expect((await core('debug.Return', {})).outputs).toEqual({});
  });
});

describe('OutputValues', () => {
  it('renders texts to texts and keys too, keeps other types, drops null', async () => {
    const values = {
      i: 3,
      f: 1.5,
      b: true,
      n: null,
      l: [1, '{{ 1 + 1 }}', null],
      m: { a: null, b: '{{ 2 * 3 }}' },
      "{{ 'dyn' }}": 'z',
      e: '{{ [1, 2] }}',
    };
    expect((await core('output.OutputValues', { values })).outputs).toEqual({
      values: { i: 3, f: 1.5, b: true, l: [1, '2', null], m: { b: '6' }, dyn: 'z', e: '[1,2]' },
    });
  });
});

describe('Fail', () => {
  it('fails with its message', async () => {
    expect(await core('execution.Fail', {})).toMatchObject({ failure: 'Task failure', said: [] });
    expect((await core('execution.Fail', { errorMessage: 'no {{ flow.id }}' })).failure).toBe('no f');
  });

  it('fails on a condition only when it holds', async () => {
    expect((await core('execution.Fail', { condition: '{{ 1 == 2 }}' })).state).toBe('SUCCESS');
    const ended = await core('execution.Fail', { condition: '{{ 1 == 1 }}', errorMessage: 'm' });
    expect(ended).toMatchObject({ failure: 'Fail on a condition', said: ['ERROR m'] });
  });
});

describe('Assert', () => {
  it('counts what holds and names what does not', async () => {
    const ended = await core('execution.Assert', {
      conditions: ['{{ 1 == 1 }}', "{{ 'a' == 'b' }}", '{{ nope }}'],
      errorMessage: 'msg',
    });
    expect(ended.failure).toBe('2 assertions failed!\nmsg');
    expect(ended.said[0]).toBe("ERROR Assertion `{{ 'a' == 'b' }}` failed!");
    expect(ended.said).toHaveLength(2);
    expect(ended.metrics).toEqual([
      { name: 'success', type: 'counter', value: 1 },
      { name: 'failed', type: 'counter', value: 2 },
    ]);
    expect((await core('execution.Assert', { conditions: ['{{ true }}'] })).state).toBe('SUCCESS');
  });
});

describe('Sleep', () => {
  it('waits as long as it says', async () => {
    const started = performance.now();
    expect((await core('flow.Sleep', { duration: 'PT0.1S' })).said).toEqual(['INFO Waiting for PT0.1S']);
    expect(performance.now() - started).toBeGreaterThan(80);
  });

  it('stops when it is killed', async () => {
    await expect(core('flow.Sleep', { duration: 'P60D' }, { signal: AbortSignal.timeout(30) })).rejects.toThrow();
  });

  it('fails with words for a bad duration', async () => {
    expect((await core('flow.Sleep', { duration: '10s' })).failure).toContain('10s');
  });
});

describe('Publish', () => {
  it('records metrics, timers from durations or seconds', async () => {
    const metrics = [
      { type: 'counter', name: '{{ flow.id }}', value: 3, tags: { k: 'v' } },
      { type: 'timer', name: 't', value: 'PT2S' },
      { type: 'timer', name: 's', value: '{{ 1.5 }}' },
      { type: 'gauge', name: 'g', value: 0.5 },
    ];
    expect((await core('metric.Publish', { metrics })).metrics).toEqual([
      { type: 'counter', name: 'f', value: 3, tags: { k: 'v' } },
      { type: 'timer', name: 't', value: 2000, tags: {} },
      { type: 'timer', name: 's', value: 1500, tags: {} },
      { type: 'gauge', name: 'g', value: 0.5, tags: {} },
    ]);
  });

  it.each([
    [{ name: 'x', type: 'odd', value: 1 }],
    [{ name: 'x', type: 'counter', value: 'many' }],
    [{ type: 'counter', value: 1 }],
    [5],
  ])('fails with words for %j', async metric => {
    expect((await core('metric.Publish', { metrics: [metric] })).failure).toMatch(/metric/);
  });
});

describe('LocalFiles', () => {
  it('puts files in and takes files out', async () => {
    writeFileSync(join(harness.workDir, 'b.csv'), 'b');
    const { outputs } = await core('storage.LocalFiles', {
      inputs: { 'a.csv': 'a {{ flow.id }}' },
      outputs: ['*.csv'],
    });
    expect(Object.keys(outputs.uris ?? {})).toEqual(['a.csv', 'b.csv']);
    expect(Object.keys(outputs)).toEqual(['uris']);
    expect(await harness.storage.getText(String((outputs.uris as ValueMap)['a.csv']))).toBe('a f');
  });

  it('refuses a name that leads out', async () => {
    expect((await core('storage.LocalFiles', { inputs: { '../x': 'x' } })).failure).toContain('"../x"');
  });
});

describe('tasks on stored files', () => {
  const put = async (name: string, text: string) => {
    await harness.storage.put(`kestra:///in/${name}`, text);
    return `kestra:///in/${name}`;
  };
  const text = (uri: unknown) => harness.storage.getText(String(uri));
  const texts = async (uris: unknown) => await Promise.all((uris as string[]).map(text));

  it('Size and Delete', async () => {
    const uri = await put('a', 'äb');
    expect((await core('storage.Size', { uri: '{{ u }}' }, { variables: { u: uri } })).outputs).toEqual({ size: 3 });
    expect((await core('storage.Delete', { uri })).outputs).toEqual({ uri, deleted: true });
    expect((await core('storage.Delete', { uri })).outputs).toEqual({ uri, deleted: false });
    expect((await core('storage.Delete', { uri, errorOnMissing: true })).failure).toContain(uri);
    expect((await core('storage.Size', { uri })).failure).toContain(uri);
    expect((await core('storage.Size', { uri: 'a.txt' })).failure).toContain('"a.txt"');
  });

  it('Concat joins a list, a JSON text or an expression, with the separator behind each', async () => {
    const files = [await put('a', '1'), await put('b', '2')];
    expect(await text((await core('storage.Concat', { files, separator: '\n' })).outputs.uri)).toBe('1\n2\n');
    expect(await text((await core('storage.Concat', { files: JSON.stringify(files) })).outputs.uri)).toBe('12');
    const { outputs } = await core(
      'storage.Concat',
      { files: '{{ f }}', extension: '.csv' },
      { variables: { f: files } },
    );
    expect(await text(outputs.uri)).toBe('12');
    expect(outputs.uri).toMatch(/\.csv$/);
    expect((await core('storage.Concat', { files: ['kestra:///in/none'] })).failure).toContain('kestra:///in/none');
    expect((await core('storage.Concat', { files: '[broken' })).failure).toContain('"[broken"');
  });

  it.each([
    ['storage.Write', { content: 'new' }],
    ['storage.Concat', { files: [] }],
  ])('%s touches no file of another folder by its extension', async (type, properties) => {
    const beside = join(harness.workDir, '..', 'beside');
    writeFileSync(beside, 'mine');
    const { failure } = await core(type, { ...properties, extension: '/../../beside' });
    expect(failure).toContain('extension must be the end of a file’s name, but it is "/../../beside"');
    expect(readFileSync(beside, 'utf8')).toBe('mine');
  });

  it('state.Set says when a name cannot be used', async () => {
    expect((await core('state.Set', { name: '../x', data: {} })).failure).toContain('cannot be used');
  });

  it('Reverse turns the lines around', async () => {
    const from = await put('a', 'one\ntwo\n\nlast');
    expect(await text((await core('storage.Reverse', { from })).outputs.uri)).toBe('last\n\ntwo\none\n');
  });

  it.each([
    [{ rows: 2 }, ['1\n2\n', '3\n4\n', '5\n']],
    [{ partitions: 2 }, ['1\n3\n5\n', '2\n4\n']],
    [{ bytes: '5' }, ['1\n2\n', '3\n4\n', '5\n']],
    [{ bytes: '1KB' }, ['1\n2\n3\n4\n5\n']],
  ])('Split by %j', async (rule, expected) => {
    const from = await put('a', '1\n2\n3\n4\n5');
    expect(await texts((await core('storage.Split', { from, ...rule })).outputs.uris)).toEqual(expected);
  });

  it.each([{}, { rows: 0 }, { rows: 'x' }, { bytes: '5 apples' }])('Split refuses %j', async rule => {
    expect((await core('storage.Split', { from: await put('a', '1\n'), ...rule })).state).toBe('FAILED');
  });

  it('leave nothing in the working directory', async () => {
    const from = await put('a', '1\n'.repeat(3000));
    await core('storage.Split', { from, rows: 1 });
    await core('storage.Split', { from: 'kestra:///in/none', rows: 1 });
    await core('storage.Concat', { files: [from, 'kestra:///in/none'] });
    expect(readdirSync(harness.workDir)).toEqual([]);
  });
});

describe('the catalog', () => {
  const problemsOf = (type: string, properties: object): string[] => {
    const flow = { id: 'f', namespace: 'ns', tasks: [{ id: 'a', type: `io.kestra.plugin.${type}`, ...properties }] };
    return readFlows({ name: 'f.yaml', text: JSON.stringify(flow) }, { catalog }).problems.map(
      ({ message }) => message,
    );
  };
  const catalog = createCatalog({
    runners: { declarations: [processDeclaration], get: () => Promise.reject(new Error('none')) },
    flowables,
  });

  it('finds types by name and by alias', () => {
    expect(catalog.task('io.kestra.core.tasks.log.Log')?.type).toBe('io.kestra.plugin.core.log.Log');
    expect(catalog.runnable('io.kestra.plugin.scripts.deno.Script')?.kind).toBe('runnable');
    expect(catalog.task('io.kestra.plugin.core.flow.Sequential')?.kind).toBe('flowable');
    expect(catalog.runnable('io.kestra.plugin.core.flow.Sequential')).toBeUndefined();
    expect(catalog.task('io.kestra.nope.Task')).toBeUndefined();
  });

  it.each([
    'io.kestra.plugin.core.http.SseRequest',
    'io.kestra.core.tasks.flows.Template',
    'io.kestra.core.models.conditions.types.DayWeekCondition',
    'io.kestra.plugin.git.SyncFlows',
    'io.kestra.plugin.scripts.shell.CommandsTrigger',
  ])('knows %s, which it does not run', type => {
    expect(catalog.task(type)).toBeUndefined();
    expect(catalog.isKnown(type)).toBe(true);
  });

  it.each([
    ['flow.Template', 'flow.Subflow'],
    ['flow.Loop', 'flow.ForEach'],
    ['flow.Approval', 'onResume'],
    ['execution.Kill', 'execution.Exit'],
    ['trigger.Toggle', 'disabled'],
  ])('says what to use instead of %s', (type, successor) => {
    expect(catalog.insteadOf(`io.kestra.plugin.core.${type}`)).toContain(successor);
  });

  it.each([
    ['scripts.groovy.Eval', 'groovy'],
    ['scripts.jython.FileTransform', 'python'],
    ['scripts.nashorn.Eval', 'node'],
    ['graalvm.js.Eval', 'node'],
  ])('says what to use instead of %s, which runs inside Kestra', (type, language) => {
    expect(catalog.isKnown(`io.kestra.plugin.${type}`)).toBe(true);
    expect(catalog.insteadOf(`io.kestra.plugin.${type}`)).toContain(`io.kestra.plugin.scripts.${language}.Script`);
    expect(catalog.insteadOf('io.kestra.plugin.git.SyncFlows')).toBeUndefined();
  });

  it.each(['io.kestra.nope.Task', 'io.kestra.plugin.core.log.Lok', 'constructor', ''])('does not know %j', type => {
    expect(catalog.isKnown(type)).toBe(false);
  });

  it('builds every schema', () => {
    for (const name of catalog.names()) {
      const declared = catalog.task(name) ?? catalog.runner(name);
      expect(declared?.schema().shape, name).toBeDefined();
    }
    expect(catalog.names().length).toBeGreaterThan(40);
  });

  it.each([
    ['core.log.Log', { message: 'x' }],
    ['core.log.Log', { message: ['x', '{{ y }}'], level: '{{ x }}' }],
    ['core.execution.Fail', { condition: true }],
    ['core.metric.Publish', { metrics: [{ type: 'counter', name: 'c', value: 1.5, tags: { a: 1 } }] }],
    ['core.metric.Publish', { metrics: '{{ m }}' }],
    ['core.output.OutputValues', { values: { a: null, b: [1] } }],
    ['core.storage.Concat', { files: '{{ f }}' }],
    ['scripts.shell.Commands', { commands: ['x'], env: { A: 1, B: null }, outputFiles: ['*'] }],
    ['scripts.shell.Commands', { commands: '{{ x }}', env: '{{ x }}', inputFiles: '{"a": "b"}', failFast: '{{ x }}' }],
    ['scripts.shell.Commands', { commands: ['x'], namespaceFiles: { enabled: true }, runner: 'PROCESS' }],
    ['scripts.deno.Commands', {}],
    ['scripts.python.Script', { script: 'x', packageManager: 'PIP', pythonVersion: 3.12 }],
    ['scripts.jbang.Script', { script: 'x', quiet: true, extension: '.kt' }],
  ])('accepts %s %j', (type, properties) => {
    expect(problemsOf(type, properties)).toEqual([]);
  });

  it.each([
    ['core.log.Log', { message: 'x', nonexistent: 1 }, 'Unrecognized field "nonexistent"'],
    ['core.log.Log', { message: 'x', level: 'LOUD' }, 'a.level'],
    ['core.log.Log', {}, 'a.message: must not be null'],
    ['core.metric.Publish', { metrics: [{ type: 'odd', name: 'c', value: 1 }] }, 'a.metrics[0].type'],
    ['scripts.shell.Commands', {}, 'a.commands: must not be null'],
    ['scripts.shell.Commands', { commands: 'echo' }, 'a.commands: must be a list'],
    ['scripts.shell.Commands', { commands: ['x'], inputFiles: ['a'] }, 'a.inputFiles: must be a map or text'],
    ['scripts.python.Script', { script: 'x', failFast: 'maybe' }, 'a.failFast: must be true or false'],
    ['scripts.node.Script', { script: 'x', packageManager: 'PIP' }, 'Unrecognized field "packageManager"'],
  ])('refuses %s %j', (type, properties, words) => {
    expect(problemsOf(type, properties).join()).toContain(words);
  });
});
