/** What goes wrong with scripts most often, in words that say which program, file or image it is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComparedRunner, comparedRunners } from '../contract/scripts/runners.ts';
import { testImage } from '../docker/engine.ts';
import { type Document, FlowHarness, outputsOf, saidBy } from '../tasks/flow-harness.ts';
import { processRunner } from '../tasks/task-harness.ts';

const shell = 'shell.Commands';
const notExecutable = { inputFiles: { 'a.sh': 'echo x' } };

interface Fault {
  readonly type: string;
  readonly properties: object;
  readonly process: string;
  readonly container: string;
}

const image = `the image ${testImage}`;
const faults: Readonly<Record<string, Fault>> = {
  interpreter_missing: {
    type: shell,
    properties: { interpreter: ['no-such-shell', '-c'], commands: ['echo x'] },
    process: 'There is no program "no-such-shell" on the PATH',
    container: `exit code 127: there is no program "no-such-shell" in ${image}`,
  },
  language_missing: {
    type: 'julia.Script',
    properties: { script: 'println(1)' },
    process: 'exit code 127: a command was not found; the script is run by julia, which this machine must have',
    container: `exit code 127: a command was not found in ${image}; the script is run by julia, which ${image} must have`,
  },
  interpreter_not_executable: {
    type: shell,
    properties: { ...notExecutable, interpreter: ['./a.sh'], commands: ['x'] },
    process: 'There is no program "./a.sh" that could be executed',
    container: `exit code 126: "./a.sh" may not be executed in ${image}`,
  },
  command_not_executable: {
    type: shell,
    properties: { ...notExecutable, commands: ['./a.sh'] },
    process: 'exit code 126: a command was found but could not be executed',
    container: 'exit code 126: a command was found but could not be executed',
  },
  windows_line_ends: {
    type: 'shell.Script',
    properties: { script: 'echo hi\r\nno-such-command\r\n' },
    process: 'some lines end with CR LF, and a shell takes the CR for a part of the last word',
    container: 'some lines end with CR LF, and a shell takes the CR for a part of the last word',
  },
  nothing_to_run: {
    type: shell,
    properties: { interpreter: [], failFast: false, commands: [] },
    process: 'There is nothing to run: the task has no commands and no interpreter.',
    container: 'There is nothing to run: the task has no commands and no interpreter.',
  },
};

const local: ComparedRunner = {
  name: 'process',
  capabilities: { separateStreams: true },
  start: async () => ({ taskRunner: { type: processRunner } }),
};

describe.each([local, ...comparedRunners])('with $name', async ({ name, start }) => {
  const started = await start();
  if ('unavailable' in started) {
    it.skip(started.unavailable, () => {});
    return;
  }
  const { taskRunner, image: containerImage, environment, stop, atOnce = 3 } = started;
  const setting = { taskRunner, ...(containerImage !== undefined && { containerImage }) };
  let harness: FlowHarness;
  let ended: Document;
  beforeAll(async () => {
    harness = new FlowHarness({ ...process.env, ...environment });
    const tasks = Object.entries(faults).map(([id, { type, properties }]) => ({
      id,
      type: `io.kestra.plugin.scripts.${type}`,
      allowFailure: true,
      ...setting,
      ...properties,
    }));
    const marked = { id: 'mark', type: 'io.kestra.plugin.scripts.shell.Script', script: '\uFEFFecho marked' };
    const all = [...tasks, { ...marked, ...setting }, { ...marked, ...setting, id: 'empty', script: '' }];
    const parallel = { id: 'all', type: 'io.kestra.plugin.core.flow.Parallel', concurrent: atOnce, tasks: all };
    ended = await harness.run(`id: faults\nnamespace: a.b\ntasks: ${JSON.stringify([parallel])}`);
  }, 120_000);
  afterAll(async () => {
    await harness.close();
    await stop?.();
  });

  it.each(Object.entries(faults))('says what is wrong: %s', (id, fault) => {
    const said = saidBy(ended, id).join('\n');
    expect(said).toContain(name === 'process' ? fault.process : fault.container);
    expect(said).not.toMatch(/\n\s+at |OCI runtime/);
    expect(harness.faults).toEqual([]);
  });

  it('takes a byte order mark and an empty script', () => {
    expect(saidBy(ended, 'mark')).toEqual(['INFO marked']);
    expect(outputsOf(ended, 'empty').exitCode).toBe(0);
  });
});
