/** An execution that this process carries out: its state, the claim on it, and what its expressions see. */
import { join } from 'node:path';
import { type ExecutionState, taskOf } from '../engine/execution-state.ts';
import type { RenderContext } from '../expression/render-context.ts';
import { inputVariables } from '../flow/index.ts';
import { decryptText } from '../model/encryption.ts';
import type { LogEntry, TaskRun } from '../model/execution.ts';
import type { Task } from '../model/flow.ts';
import type { ValueMap } from '../model/value.ts';
import type { Claim } from '../store/store.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { SecretRegistry } from './secret-registry.ts';
import { executionServices } from './services.ts';
import { executionVariables } from './variables.ts';

export class Carried {
  readonly environment: ExecutionEnvironment;
  readonly state: ExecutionState;
  readonly claim: Claim;
  readonly secrets = new SecretRegistry();
  #inputs: ValueMap | undefined;

  constructor(environment: ExecutionEnvironment, state: ExecutionState, claim: Claim) {
    this.environment = environment;
    this.state = state;
    this.claim = claim;
  }

  /** The folder of its working directories. It is there as long as something of the execution may be left behind. */
  get workDir(): string {
    return join(this.environment.workRoot, this.state.execution.id);
  }

  /** @throws Error when the execution has no such task run */
  taskRun(id: string): TaskRun {
    const run = this.state.taskRun(id);
    if (!run) throw new Error(`no task run ${id}`);
    return run;
  }

  task(run: TaskRun): Task {
    return taskOf(this.state.flow, run);
  }

  /** What expressions of a task run (or of the execution itself) see and reach. */
  renderContext(run?: TaskRun): RenderContext {
    const { config, storage } = this.environment;
    return {
      variables: executionVariables(this.state, config, () => this.#readInputs(), run),
      services: executionServices(this.state.execution, config, storage, () => this.#errorLogs()),
      taint: this.secrets,
      recursive: config.recursiveRendering,
    };
  }

  /** A warning of ours in the execution's log, at a task run where there is one. */
  async warn(message: string, run?: TaskRun): Promise<void> {
    const entry: LogEntry = {
      timestamp: new Date().toISOString(),
      level: 'WARN',
      message: this.secrets.mask(message),
      ...(run && { taskId: run.taskId, taskRunId: run.id }),
    };
    const { store, listener } = this.environment;
    await store.append(this.claim, { logs: [entry] });
    listener.logs?.([entry]);
  }

  /** The inputs as expressions see them: secrets decrypted, and masked from then on. They never change. */
  #readInputs(): ValueMap {
    this.#inputs ??= inputVariables(this.state.flow.inputs, this.state.execution.inputs, cipherText => {
      const key = this.environment.config.encryptionKey;
      if (key === undefined)
        throw new Error('A SECRET input cannot be read: no kestra.encryption.secret-key is configured.');
      const text = decryptText(key, cipherText);
      this.secrets.add(text);
      return text;
    });
    return this.#inputs;
  }

  async #errorLogs(): Promise<readonly LogEntry[]> {
    const errors: LogEntry[] = [];
    for await (const batch of this.environment.store.logs(this.state.execution.id)) {
      for (const { sequence: _, ...entry } of batch) if (entry.level === 'ERROR') errors.push(entry);
    }
    return errors;
  }
}
