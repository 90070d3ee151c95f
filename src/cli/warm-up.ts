/** What most runs need, done once before a start-up snapshot is taken of the process: see scripts/snapshot.ts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sink } from './output.ts';
import { declareAhead, runProgram } from './program.ts';

const shell = 'io.kestra.plugin.scripts.shell.Commands';
const runner = 'io.kestra.plugin.scripts.runner.docker.Docker';
const flow = `
id: warm
namespace: up
inputs:
  - {id: name, type: STRING, defaults: you}
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.name }}"
  - {id: second, type: ${shell}, taskRunner: {type: io.kestra.plugin.core.runner.Process}, commands: [echo]}
  - {id: third, type: ${shell}, containerImage: image, taskRunner: {type: ${runner}, pullPolicy: NEVER}, commands: [echo]}
`;

/**
 * Reads, checks and rehearses a flow, so that schemas are built and functions compiled, and loads what runs tasks.
 * Nothing of it may leave open what no snapshot can hold (a socket), load what none can hold (node:sqlite, node:http),
 * nor draw random numbers that Node keeps in store (`randomUUID`, `randomInt`): every start would use the same.
 */
export async function warmUp(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-warm-up-'));
  const file = join(folder, 'flow.yaml');
  const nowhere: Sink = { isTerminal: false, colors: false, width: 80, write() {}, push: () => Promise.resolve() };
  const invocation = {
    input: () => Readable.from([]),
    output: { stdout: nowhere, stderr: nowhere },
    environment: {},
    signals: { hold() {}, onCancel() {}, onLeave() {} },
  };
  try {
    await writeFile(file, flow);
    await runProgram(['validate', file], invocation);
    await runProgram(['eval', '{{ [1, 2] | first }} {{ "a" ~ 1 | upper }}'], invocation);
    await Promise.all([
      import('./run-command.ts'),
      import('../runners/docker/index.ts'),
      import('../runners/process/index.ts'),
    ]);
    const { rehearse } = await import('./rehearsal.ts');
    await rehearse(flow, folder, invocation.output);
    declareAhead();
    await forgetTimers();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Node remembers when its next timer is due, even of one that was cleared, until a timer fires and none is left. A
 * snapshot would keep that moment, and in a start from it no timer beyond that moment would ever fire.
 */
async function forgetTimers(): Promise<void> {
  while (process.getActiveResourcesInfo().includes('Timeout')) await sleep(10);
  await sleep(1);
}
