/** Runs whole flows in this process for tests: real store, storage, engine and local processes. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogFor } from '../../src/cli/catalog.ts';
import { executionDocument } from '../../src/cli/execution-json.ts';
import { readRunnableFlows } from '../../src/cli/flow-file.ts';
import { readSettings } from '../../src/cli/settings.ts';
import { openWorkspace, type Workspace } from '../../src/cli/workspace.ts';
import type { GivenInput } from '../../src/flow/index.ts';
import type { MetricEntry } from '../../src/model/execution.ts';
import type { Value } from '../../src/model/value.ts';
import type { ExecutionDriver } from '../../src/worker/execution-driver.ts';
import type { Session } from '../../src/worker/session.ts';

/** What of an execution's document the tests look at. */
export interface Document {
  readonly id: string;
  readonly originalId: string;
  readonly state: {
    readonly current: string;
    readonly histories: readonly { readonly state: string; readonly date: string }[];
  };
  readonly labels: readonly { readonly key: string; readonly value: string }[];
  readonly outputs?: Readonly<Record<string, Value>>;
  readonly taskRunList: readonly {
    readonly taskId: string;
    readonly value?: string;
    readonly state: { readonly current: string };
    readonly outputs?: Readonly<Record<string, Value>>;
    readonly attempts: readonly unknown[];
  }[];
  readonly logs: readonly { readonly taskId?: string; readonly level: string; readonly message: string }[];
  readonly metrics: readonly MetricEntry[];
}

export class FlowHarness {
  readonly base = mkdtempSync(join(tmpdir(), 'windlass-flow-'));
  readonly faults: Error[] = [];
  readonly #environment: NodeJS.ProcessEnv;
  #workspace: Workspace | undefined;
  #session: Session | undefined;
  #count = 0;

  /** @param environment that of Windlass, where runners find their engines */
  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.#environment = environment;
  }

  get workspace(): Workspace {
    if (!this.#workspace) throw new Error('nothing was started yet');
    return this.#workspace;
  }

  get session(): Session {
    if (!this.#session) throw new Error('nothing was started yet');
    return this.#session;
  }

  /** @throws Error for what is wrong with the flow or its inputs */
  async start(yaml: string, inputs: Readonly<Record<string, GivenInput>> = {}): Promise<ExecutionDriver> {
    const { config } = readSettings({}, this.#environment);
    this.#workspace ??= await openWorkspace({ state: join(this.base, 'state') });
    this.#session ??= this.#workspace.session(config, this.#environment, { fault: error => this.faults.push(error) });
    this.#count += 1;
    const path = join(this.base, `flow-${this.#count}.yaml`);
    writeFileSync(path, yaml.startsWith('id:') ? yaml : `id: f\nnamespace: a.b\n${yaml}`);
    const { flows, source } = readRunnableFlows(path, catalogFor(config, this.#environment), config, false);
    const started = await this.#session.start({ flows, flowIndex: 0, source, inputs, labels: [] });
    if ('violations' in started) throw new Error(started.violations.map(({ message }) => message).join('\n'));
    return started;
  }

  /** Runs it to its end. */
  async run(yaml: string, inputs: Readonly<Record<string, GivenInput>> = {}): Promise<Document> {
    const driver = await this.start(yaml, inputs);
    return this.document((await driver.ended).id);
  }

  async document(id: string): Promise<Document> {
    let text = '';
    for await (const piece of executionDocument(this.workspace.store, id)) text += piece;
    return JSON.parse(text) as Document;
  }

  /** @throws Error when something was left behind, or we failed ourselves */
  async close(): Promise<void> {
    await this.#workspace?.close();
    const folders = ['work', 'runs'].map(name => join(this.base, 'state', name));
    const left = folders.flatMap(folder => {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    });
    rmSync(this.base, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}`);
    if (this.faults[0]) throw this.faults[0];
  }
}

/** The outputs of a task's only run. */
export function outputsOf(document: Document, taskId: string): Readonly<Record<string, Value>> {
  return document.taskRunList.find(run => run.taskId === taskId)?.outputs ?? {};
}

/** `LEVEL message` of a task, or of the execution itself, INFO and above. */
export function saidBy(document: Document, taskId: string | undefined): readonly string[] {
  return document.logs
    .filter(entry => entry.taskId === taskId && entry.level !== 'DEBUG' && entry.level !== 'TRACE')
    .map(({ level, message }) => `${level} ${message}`);
}
