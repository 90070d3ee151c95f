/** Tasks of flows that tests write. */

const local = { type: 'io.kestra.plugin.core.runner.Process' };
const container = { type: 'io.kestra.plugin.scripts.runner.docker.Docker', pullPolicy: 'NEVER', networkMode: 'none' };

/** Shell commands in a local process. */
export function sh(id: string, commands: readonly string[], more: object = {}): object {
  return { id, type: 'io.kestra.plugin.scripts.shell.Commands', taskRunner: local, commands, ...more };
}

/** Shell commands in a container of the local image. */
export function docker(id: string, commands: readonly string[], more: object = {}): object {
  return { ...sh(id, commands), taskRunner: container, containerImage: 'busybox:latest', ...more };
}

export function log(id: string, message: string): object {
  return { id, type: 'io.kestra.plugin.core.log.Log', message };
}

export function returns(id: string, format: string): object {
  return { id, type: 'io.kestra.plugin.core.debug.Return', format };
}

/** What tests read of `run --json`. */
export interface ExecutionDocument {
  readonly id: string;
  readonly state: { readonly current: string; readonly histories: readonly { readonly state: string }[] };
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly taskRunList: readonly {
    readonly taskId: string;
    readonly state: { readonly current: string };
    readonly outputs?: Readonly<Record<string, unknown>>;
  }[];
  readonly logs: readonly { readonly level: string; readonly taskId?: string; readonly message: string }[];
}
