import { describe, expect, test } from 'vitest';
import type { PluginDefault } from '../../src/model/plugin-default.ts';
import { good, places, read, withTasks } from './reading.ts';

const shell = 'io.kestra.plugin.scripts.shell.Commands';
const log = 'io.kestra.plugin.core.log.Log';

function entry(type: string, values: PluginDefault['values'], forced = false): PluginDefault {
  return { type, values, forced };
}

function properties(task: string, defaults: readonly PluginDefault[]) {
  return good(withTasks(task), defaults).tasks[0]?.properties;
}

describe('plugin defaults', () => {
  const commands = `  - {id: s, type: ${shell}, commands: [main], beforeCommands: [own], env: {A: task}}\n`;

  test('fill in, merge maps, join lists with their own items first', () => {
    expect(
      properties(commands, [
        entry(shell, { beforeCommands: ['dflt'], env: { A: 'dflt', B: 'dflt' }, failFast: false }),
      ]),
    ).toEqual({
      commands: ['main'],
      beforeCommands: ['dflt', 'own'],
      env: { A: 'task', B: 'dflt' },
      failFast: false,
    });
  });

  test('the first entry for a type wins, the flow’s before the configuration’s', () => {
    const text = withTasks(
      `  - {id: l, type: ${log}, message: x}\n`,
      `pluginDefaults:\n  - {type: ${log}, values: {level: ERROR}}\n  - {type: ${log}, values: {level: WARN}}\n`,
    );
    expect(good(text, [entry(log, { level: 'DEBUG' })]).tasks[0]?.properties.level).toBe('ERROR');
  });

  test('forced ones win over the task, the first of them over the others, their lists come last', () => {
    const forced = [
      entry(shell, { env: { A: 'first' }, beforeCommands: ['f1'] }, true),
      entry(shell, { env: { A: 'second' }, beforeCommands: ['f2'] }, true),
    ];
    expect(properties(commands, forced)).toMatchObject({ env: { A: 'first' }, beforeCommands: ['own', 'f2', 'f1'] });
  });

  test('a prefix is enough, and brings nothing to types that lack the property', () => {
    const text = withTasks(
      `  - {id: l, type: ${log}, message: x}\n  - {id: r, type: io.kestra.plugin.core.debug.Return}\n`,
    );
    expect(
      good(text, [entry('io.kestra.plugin', { level: 'ERROR' }, true)]).tasks.map(task => task.properties),
    ).toEqual([{ message: 'x', level: 'ERROR' }, {}]);
  });

  test('an old name and the present one are the same type', () => {
    const old = 'io.kestra.core.tasks.log.Log';
    expect(properties(`  - {id: l, type: ${log}, message: x}\n`, [entry(old, { level: 'WARN' })])).toMatchObject({
      level: 'WARN',
    });
    expect(properties(`  - {id: l, type: ${old}, message: x}\n`, [entry(log, { level: 'WARN' })])).toMatchObject({
      level: 'WARN',
    });
  });

  test('runners take them, also children of flowables; a runner that a default brings takes none', () => {
    const docker = 'io.kestra.plugin.scripts.runner.docker.Docker';
    const defaults = [entry(docker, { pullPolicy: 'NEVER' })];
    const nested = `  - {id: q, type: io.kestra.plugin.core.flow.Sequential, tasks: [{id: s, type: ${shell}, commands: [x], taskRunner: {type: ${docker}}}]}\n`;
    expect(good(withTasks(nested), defaults).tasks[0]?.branches.tasks?.[0]?.properties.taskRunner).toEqual({
      type: docker,
      pullPolicy: 'NEVER',
    });
    const brought = [...defaults, entry(shell, { taskRunner: { type: docker } })];
    expect(properties(`  - {id: s, type: ${shell}, commands: [x]}\n`, brought)?.taskRunner).toEqual({ type: docker });
  });

  test('of a runner bring nothing to a task with another one that lacks the property', () => {
    const docker = { type: 'io.kestra.plugin.scripts.runner.docker.Docker', networkMode: 'none' };
    const chosen = 'taskRunner: {type: io.kestra.plugin.core.runner.Process}';
    const task = `  - {id: s, type: ${shell}, commands: [x], ${chosen}}\n`;
    expect(properties(task, [entry('io.kestra.plugin.scripts', { taskRunner: docker })])?.taskRunner).toEqual({
      type: 'io.kestra.plugin.core.runner.Process',
    });
  });

  test('positions stay those of the text', () => {
    const text = withTasks(
      `  - id: s\n    type: ${shell}\n    commands: [x]\n    env: {A: [1]}\n    bogus: 1\n`,
      `pluginDefaults:\n  - {type: ${shell}, values: {env: {B: {x: 1}}}}\n`,
    );
    expect(places(read(text))).toEqual(['4:71 wrong-type', '9:14 wrong-type', '10:5 unknown-property']);
  });
});

describe('older ways to name the runner', () => {
  const runner = (rest: string) =>
    good(withTasks(`  - {id: s, type: ${shell}, commands: [x], ${rest}}\n`)).tasks[0]?.properties;
  const docker = 'io.kestra.plugin.scripts.runner.docker.Docker';

  test.each([
    ['runner: PROCESS', { taskRunner: { type: 'io.kestra.plugin.core.runner.Process' } }],
    ['runner: DOCKER', { taskRunner: { type: docker } }],
    [
      'runner: DOCKER, docker: {image: a, dockerHost: h, pullPolicy: ALWAYS}',
      { taskRunner: { type: docker, host: 'h', pullPolicy: 'ALWAYS' }, containerImage: 'a' },
    ],
    ['docker: {user: root}, containerImage: b', { taskRunner: { type: docker, user: 'root' }, containerImage: 'b' }],
    [`taskRunner: {type: ${docker}, user: a}, docker: {user: b}`, { taskRunner: { type: docker, user: 'b' } }],
    [
      'taskRunner: {type: io.kestra.plugin.core.runner.Process}, docker: {user: b}',
      { taskRunner: { type: 'io.kestra.plugin.core.runner.Process' } },
    ],
  ])('%s', (rest, expected) => {
    expect(runner(rest)).toEqual({ commands: ['x'], ...expected });
  });

  test('a runner that is none is refused where it stands', () => {
    expect(places(read(withTasks(`  - {id: s, type: ${shell}, commands: [x], runner: PODMAN}\n`)))).toEqual([
      '4:75 unknown-property',
    ]);
    expect(places(read(withTasks(`  - {id: s, type: ${shell}, commands: [x], docker: {imgae: x}}\n`)))).toEqual([
      '4:84 unknown-property',
    ]);
    expect(places(read(withTasks(`  - {id: s, type: ${shell}, commands: [x], docker: busybox}\n`)))).toEqual([
      '4:75 unknown-property',
    ]);
  });
});
