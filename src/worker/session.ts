/** A process's work with one state folder: starting executions, going on with interrupted ones, ending them. */
import { effectFromJson } from '../engine/effect.ts';
import { ExecutionState } from '../engine/execution-state.ts';
import type { GivenInput } from '../flow/index.ts';
import type { Execution } from '../model/execution.ts';
import type { Flow, FlowInput } from '../model/flow.ts';
import { newId } from '../model/ids.ts';
import type { ValueMap } from '../model/value.ts';
import type { Claim, RunRecord, StoredExecution } from '../store/store.ts';
import { TaskError } from '../tasks/task-type.ts';
import { type Accepted, accept } from './accept.ts';
import { begin } from './admission.ts';
import { Carried } from './carried.ts';
import { ExecutionDriver } from './execution-driver.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import type { RefusedInputs } from './execution-inputs.ts';
import type { Origin } from './new-execution.ts';
import { afresh, nextTry, nextTryId, replayOf } from './replay.ts';
import { resolveResumeInputs, resumeInputs, resumeMessage } from './resume-inputs.ts';
import type { StartRequest } from './start-request.ts';
import { Subflows } from './subflows.ts';
import { removeClosedRuns, removeRemains, sweep } from './sweep.ts';
import { Tries } from './tries.ts';

export class Session {
  readonly environment: ExecutionEnvironment;
  /** Reads a stored source again. */
  readonly #readFlows: (source: string) => readonly Flow[];
  readonly #drivers = new Map<string, ExecutionDriver>();
  /** By the id of the first try; those that somebody waits for. */
  readonly #tries = new Map<string, Tries>();
  readonly #fileOf = new WeakMap<Carried, { flows: readonly Flow[]; source: string }>();
  readonly #subflows = new Subflows({
    create: (request, origin) => this.#create(request, origin),
    goOn: id => this.goOn(id),
    restart: id => this.restart(id),
    settled: driver => this.settled(driver),
    kill: id => this.kill(id),
    killChildren: id => this.#killChildren(id),
    resume: (id, inputs) => this.#resumePaused(id, inputs),
    fileOf: carried => this.#fileOf.get(carried) ?? { flows: [], source: '' },
  });

  constructor(environment: ExecutionEnvironment, readFlows: (source: string) => readonly Flow[]) {
    this.environment = environment;
    this.#readFlows = readFlows;
  }

  /** Starts an execution, unless its inputs are refused. */
  async start(request: StartRequest): Promise<ExecutionDriver | RefusedInputs> {
    const accepted = await accept(this.environment, request);
    return 'violations' in accepted ? accepted : this.startAccepted(accepted);
  }

  async startAccepted(accepted: Accepted): Promise<ExecutionDriver> {
    const driver = await this.#createAccepted(accepted);
    begin(driver);
    return driver;
  }

  /** Creates an execution and starts nothing: for saying what would run. */
  async look(request: StartRequest): Promise<Carried | RefusedInputs> {
    const created = await this.#create(request, { id: newId() });
    return 'violations' in created ? created : created.carried;
  }

  /** Goes on with an execution that nobody carries out. Undefined when there is none such. */
  async goOn(executionId: string): Promise<ExecutionDriver | undefined> {
    return this.#takeOver(executionId, { ended: false }, async (carried, stored) => {
      // Before there is a driver: one that is killed meanwhile would take effects for pending that it has dropped.
      const isClean = await removeClosedRuns(carried, stored.runs);
      const driver = this.#drive(stored, carried, this.#readFlows(stored.source));
      if (!isClean) driver.leaveToSweep();
      if (stored.execution.phase === 'created') begin(driver);
      else driver.resume(stored.effects.map(({ effect }) => effectFromJson(effect)));
      return driver;
    });
  }

  /** Removes what was left when a process of this state folder was killed between an execution's end and its clean-up. */
  sweep(): Promise<void> {
    return sweep(
      this.environment,
      id => this.#drivers.has(id),
      (stored, claim) => new Carried(this.environment, this.#stateOf(stored), claim),
    );
  }

  /** Removes what is left of one execution; see there. */
  async removeRemains(stored: StoredExecution, claim: Claim): Promise<ReadonlyMap<RunRecord, Error>> {
    return removeRemains(new Carried(this.environment, this.#stateOf(stored), claim), stored.runs);
  }

  /** Starts an ended execution again: what failed gets another attempt. Undefined when it cannot be. */
  async restart(executionId: string): Promise<ExecutionDriver | undefined> {
    return this.#takeOver(executionId, { ended: true }, async (carried, stored) => {
      const driver = this.#drive(stored, carried, this.#readFlows(stored.source));
      driver.post({ type: 'restart', at: Date.now() });
      return driver;
    });
  }

  /** Claims an execution for `work`; lets go of it where that fails, such as for a flow that can no longer be read. */
  async #takeOver(
    executionId: string,
    options: { readonly ended: boolean },
    work: (carried: Carried, stored: StoredExecution) => Promise<ExecutionDriver>,
  ): Promise<ExecutionDriver | undefined> {
    const { store } = this.environment;
    const claim = await store.claim(executionId, options);
    if (!claim) return undefined;
    try {
      const stored = await store.load(executionId);
      return stored && (await work(new Carried(this.environment, this.#stateOf(stored), claim), stored));
    } catch (error) {
      await store.release(claim);
      throw error;
    }
  }

  /**
   * Runs an ended execution again as a new one: from a task run on, with what was before it taken over; without one
   * from the start, with the same inputs. Undefined when there is no such execution or task run, or it has not ended.
   */
  async replay(executionId: string, taskRunId?: string): Promise<ExecutionDriver | undefined> {
    const { store } = this.environment;
    const stored = await store.load(executionId);
    if (stored?.execution.phase !== 'ended') return undefined;
    if (taskRunId === undefined) {
      const driver = await this.#again(stored, afresh(stored.execution, newId()));
      begin(driver);
      return driver;
    }
    const replay = replayOf(stored, taskRunId);
    if (!replay) return undefined;
    const { execution, taskRuns, from } = replay;
    const { source, flowIndex } = stored;
    const claim = await store.create({ execution, source, flowIndex, effects: [] });
    await store.commit(claim, { taskRuns });
    const copy: StoredExecution = { execution, source, flowIndex, taskRuns, effects: [], runs: [] };
    const driver = this.#drive(
      copy,
      new Carried(this.environment, this.#stateOf(copy), claim),
      this.#readFlows(source),
    );
    driver.post({ type: 'restart', at: Date.now(), from });
    return driver;
  }

  /**
   * Waits for an execution's end. Where a retry policy has a new execution try again (RETRIED), for that one's: the
   * driver of the last. A kill ends the waiting for the next try. Such an execution stays this process's until then.
   */
  async settled(driver: ExecutionDriver): Promise<ExecutionDriver> {
    const { id } = driver.carried.state.execution;
    const tries = new Tries(driver, before => this.#nextTry(before));
    this.#tries.set(id, tries);
    try {
      return await tries.settled();
    } finally {
      this.#tries.delete(id);
    }
  }

  async #nextTry(before: Execution): Promise<ExecutionDriver | undefined> {
    const id = nextTryId(before);
    if (await this.environment.store.load(id)) return this.#drivers.get(id) ?? this.goOn(id);
    const stored = await this.environment.store.load(before.id);
    if (!stored) return undefined;
    const driver = await this.#again(stored, nextTry(before, id));
    begin(driver);
    return driver;
  }

  /** A new execution of the same source, not yet begun. */
  async #again({ source, flowIndex }: StoredExecution, execution: Execution): Promise<ExecutionDriver> {
    const claim = await this.environment.store.create({ execution, source, flowIndex, effects: [] });
    const stored: StoredExecution = { execution, source, flowIndex, taskRuns: [], effects: [], runs: [] };
    const carried = new Carried(this.environment, this.#stateOf(stored), claim);
    return this.#drive(stored, carried, this.#readFlows(source));
  }

  /** Ends all executions that this process carries out; each driver's `ended` tells when. */
  killAll(): void {
    for (const tries of this.#tries.values()) tries.giveUp();
    for (const driver of this.#drivers.values()) driver.kill();
  }

  /** Those that Subflow and ForEachItem tasks started, whether the tasks wait for them or not. */
  #killChildren(parentId: string): void {
    for (const [id, { carried }] of this.#drivers)
      if (carried.state.execution.parent?.executionId === parentId) this.kill(id);
  }

  /** What a paused execution asks for when it goes on. */
  resumeInputs(stored: StoredExecution): readonly FlowInput[] {
    return resumeInputs(this.#stateOf(stored));
  }

  /** Tells the process that carries a paused execution out to go on. Undefined: told. */
  async resumeElsewhere(
    stored: StoredExecution,
    given: Readonly<Record<string, GivenInput>>,
  ): Promise<RefusedInputs | undefined> {
    const answers = await resolveResumeInputs(this.environment, this.#stateOf(stored), given);
    if ('violations' in answers) return answers;
    await this.environment.store.send(stored.execution.id, resumeMessage(answers));
    return undefined;
  }

  async #resumePaused(id: string, inputs: ValueMap): Promise<RefusedInputs | undefined> {
    const stored = await this.environment.store.load(id);
    if (!stored) throw new TaskError(`There is no execution ${id} here.`);
    const { current } = stored.execution.state;
    if (current !== 'PAUSED') throw new TaskError(`The execution ${id} is not paused, but ${current}.`);
    return this.resumeElsewhere(stored, inputs);
  }

  /** Ends an execution and its further tries. @returns whether this process carries it out */
  kill(executionId: string): boolean {
    const carrier = this.#tries.get(executionId) ?? this.#drivers.get(executionId);
    carrier?.kill();
    return carrier !== undefined;
  }

  async #create(request: StartRequest, origin: Origin): Promise<ExecutionDriver | RefusedInputs> {
    const accepted = await accept(this.environment, request, origin);
    return 'violations' in accepted ? accepted : this.#createAccepted(accepted);
  }

  async #createAccepted({ flows, flowIndex, source, flow, execution }: Accepted): Promise<ExecutionDriver> {
    const claim = await this.environment.store.create({ execution, source, flowIndex, effects: [] });
    const stored: StoredExecution = { execution, source, flowIndex, taskRuns: [], effects: [], runs: [] };
    return this.#drive(stored, new Carried(this.environment, new ExecutionState(flow, execution), claim), flows);
  }

  #stateOf(stored: StoredExecution): ExecutionState {
    const flow = this.#readFlows(stored.source)[stored.flowIndex];
    if (!flow)
      throw new Error(`the stored source of execution ${stored.execution.id} has no flow ${stored.flowIndex + 1}`);
    return new ExecutionState(flow, stored.execution, stored.taskRuns);
  }

  #drive(stored: StoredExecution, carried: Carried, flows: readonly Flow[]): ExecutionDriver {
    const driver = new ExecutionDriver(carried, this.#subflows);
    this.#fileOf.set(carried, { flows, source: stored.source });
    this.#drivers.set(stored.execution.id, driver);
    const forget = () => this.#drivers.delete(stored.execution.id);
    driver.ended.then(forget, forget);
    // One that a parent was about to start when it was killed ends with it.
    const parent = this.#drivers.get(stored.execution.parent?.executionId ?? '')?.carried.state.execution;
    if (this.#subflows.takeKill(stored.execution.id) || parent?.state.current === 'KILLING') driver.kill();
    return driver;
  }
}
