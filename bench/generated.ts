/** Flows that are too long to keep: written into a temporary folder for the time of a measurement. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const head = 'namespace: windlass.bench\ntasks:\n';

export class GeneratedFlows implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'windlass-bench-'));

  /** A flow of Log tasks, one after the other. */
  logTasks(count: number): string {
    const tasks = Array.from(
      { length: count },
      (_, i) => `  - {id: t${i}, type: io.kestra.plugin.core.log.Log, message: "{{ flow.id }} ${i}"}\n`,
    );
    return this.#write(`logs-${count}.yaml`, `id: logs\n${head}${tasks.join('')}`);
  }

  /** A flow of tasks that say hi in a container, one after the other. */
  containers(count: number): string {
    return this.#write(`containers-${count}.yaml`, `id: containers\n${head}${containerTasks(count, '  ')}`);
  }

  /** The same tasks, `concurrent` of them at once. */
  containersAtOnce(count: number, concurrent: number): string {
    const parallel = `  - id: all\n    type: io.kestra.plugin.core.flow.Parallel\n    concurrent: ${concurrent}\n    tasks:\n`;
    const tasks = containerTasks(count, '      ');
    return this.#write(`containers-at-once-${count}.yaml`, `id: containers-at-once\n${head}${parallel}${tasks}`);
  }

  /** A folder of flows of 15 lines with inputs, script tasks, a ForEach and a trigger. */
  folder(count: number): string {
    const folder = `flows-${count}`;
    mkdirSync(join(this.#folder, folder), { recursive: true });
    for (let i = 0; i < count; i++) this.#write(join(folder, `f${i}.yaml`), usual(i));
    return join(this.#folder, folder);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  #write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }
}

function containerTasks(count: number, indent: string): string {
  const runner = '{type: io.kestra.plugin.scripts.runner.docker.Docker, pullPolicy: IF_NOT_PRESENT}';
  const more = `type: io.kestra.plugin.scripts.shell.Commands, containerImage: "busybox:latest", taskRunner: ${runner}`;
  return Array.from({ length: count }, (_, i) => `${indent}- {id: t${i}, ${more}, commands: [echo hi]}\n`).join('');
}

function usual(number: number): string {
  return `id: flow-${number}
namespace: company.team
inputs:
  - {id: name, type: STRING, defaults: world}
  - {id: n, type: INT, defaults: ${number}}
tasks:
  - id: a
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, memory: {memory: 100MB}}
    env: {A: "{{ inputs.name }}"}
    commands: ["echo ${number}"]
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [1, 2]
    tasks:
      - {id: log, type: io.kestra.plugin.core.log.Log, message: "{{ taskrun.value }}"}
triggers:
  - {id: t, type: io.kestra.plugin.core.trigger.Schedule, cron: "*/5 * * * *"}
`;
}
