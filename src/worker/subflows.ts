/** Executions on behalf of others: those of Subflow tasks and of the items of a ForEachItem task. */
import { ExpressionError, renderDeep } from '../expression/index.ts';
import type { Execution, TaskRun } from '../model/execution.ts';
import { derivedId } from '../model/ids.ts';
import { isSettled } from '../model/next-try.ts';
import { isMap, type ValueMap } from '../model/value.ts';
import { type ChildExecution, type ChildFlow, TaskError } from '../tasks/task-type.ts';
import { begin } from './admission.ts';
import type { Carried } from './carried.ts';
import { childRequest } from './child-request.ts';
import type { ExecutionDriver } from './execution-driver.ts';
import { type RefusedInputs, refusalText } from './execution-inputs.ts';
import { renderFlowOutputs } from './flow-outputs.ts';
import type { Origin } from './new-execution.ts';
import type { StartRequest } from './start-request.ts';
import type { Post, SubflowEffect, SubflowStarter } from './subflow-starter.ts';

/** What subflows need of the session: executions made, found again, and waited for. */
export interface Executions {
  create(request: StartRequest, origin: Origin): Promise<ExecutionDriver | RefusedInputs>;
  goOn(executionId: string): Promise<ExecutionDriver | undefined>;
  restart(executionId: string): Promise<ExecutionDriver | undefined>;
  settled(driver: ExecutionDriver): Promise<ExecutionDriver>;
  /** @returns whether this process carries the execution out */
  kill(executionId: string): boolean;
  killChildren(executionId: string): void;
  /** @returns what is wrong with the inputs; undefined when it goes on. @throws TaskError where it is not paused */
  resume(executionId: string, inputs: ValueMap): Promise<RefusedInputs | undefined>;
  /** The file that an execution's flow comes from. */
  fileOf(carried: Carried): Pick<StartRequest, 'flows' | 'source'>;
}

export class Subflows implements SubflowStarter {
  readonly #executions: Executions;
  /** Executions that are to end as soon as this process carries them out. */
  readonly #killed = new Set<string>();

  constructor(executions: Executions) {
    this.#executions = executions;
  }

  async resume(executionId: string, inputs: ValueMap): Promise<void> {
    const refused = await this.#executions.resume(executionId, inputs);
    if (refused) throw new TaskError(refusalText(refused));
  }

  /** Ends a subflow's execution. After a crash the kill may be asked for again before its driver exists: it waits. */
  killSubflow(executionId: string): void {
    if (!this.#executions.kill(executionId)) this.#killed.add(executionId);
  }

  killChildren(executionId: string): void {
    this.#executions.killChildren(executionId);
  }

  /** Whether a kill waits for this execution; asked once, when there is a driver for it. */
  takeKill(executionId: string): boolean {
    return this.#killed.delete(executionId);
  }

  /** Starts a subflow's execution, or goes on with it, and tells the parent when it has ended. */
  async startSubflow(parent: Carried, { key, taskRunId }: SubflowEffect, post: Post): Promise<void> {
    const refuse = (message: string) => post({ type: 'answered', at: Date.now(), key, answer: { ok: false, message } });
    const run = parent.state.taskRun(taskRunId);
    if (!run) return;
    const again = await this.#childToRestart(parent, run);
    const id = again?.id ?? derivedId(`${taskRunId}/${run.attempts.length}`);
    let child = again ?? (await parent.environment.store.load(id))?.execution;
    const isNew = !child;
    let driver: ExecutionDriver | undefined;
    if (!child) {
      const created = await this.#create(parent, run, id).catch((error: Error) => error.message);
      if (typeof created === 'string') return refuse(created);
      driver = created;
      child = driver.carried.state.execution;
    } else if (!isSettled(child)) driver = await this.#executions.goOn(id);
    else if (again && child.state.current !== 'SUCCESS') driver = await this.#executions.restart(id);
    post({ type: 'child-started', at: Date.now(), taskRunId, executionId: id });
    if (driver && isNew) begin(driver);
    const ended = driver ? await this.#end(driver) : child;
    this.#killed.delete(id);
    post({
      type: 'child-ended',
      at: Date.now(),
      taskRunId,
      executionId: id,
      state: ended.state.current,
      ...(ended.outputs ? { outputs: ended.outputs } : await wantedOutputs(parent, run, driver?.carried)),
    });
  }

  /**
   * After a restart of the parent: its former execution, where that failed; unless `restartBehavior` wants a new one.
   * One that was restarted before a crash is taken as it is, for it may have ended well since.
   */
  async #childToRestart(parent: Carried, run: TaskRun): Promise<Execution | undefined> {
    const states = run.state.histories.map(({ state }) => state);
    const isRestart =
      states.lastIndexOf('RESTARTED') > Math.max(states.lastIndexOf('FAILED'), states.lastIndexOf('KILLED'));
    const former = run.outputs?.executionId;
    if (!isRestart || typeof former !== 'string') return undefined;
    if (parent.task(run).properties.restartBehavior === 'NEW_EXECUTION') return undefined;
    const child = (await parent.environment.store.load(former))?.execution;
    const wasRestarted = child?.state.histories.some(({ state }) => state === 'RESTARTED');
    return child && (wasRestarted || child.state.current === 'FAILED') ? child : undefined;
  }

  /** Starts the execution of an item, or goes on with it; one kept from an attempt before that failed is restarted. */
  async startChild(parent: Carried, run: TaskRun, child: ChildFlow): Promise<ChildExecution> {
    const executionId = derivedId(`${run.id}/${child.keep ? 0 : run.attempts.length}/${child.iteration}`);
    const known = (await parent.environment.store.load(executionId))?.execution;
    let driver: ExecutionDriver | undefined;
    if (!known) {
      driver = await this.#create(parent, run, executionId, child.taskrun);
      begin(driver);
    } else if (!isSettled(known)) driver = await this.#executions.goOn(executionId);
    else if (known.state.current === 'FAILED' && child.keep && run.attempts.length > 1)
      driver = await this.#executions.restart(executionId);
    const ended = driver ? this.#end(driver) : Promise.resolve(known as Execution);
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    ended.then(over, over);
    return { executionId, ended, kill: () => isOver || this.killSubflow(executionId) };
  }

  async #end(driver: ExecutionDriver): Promise<Execution> {
    return (await this.#executions.settled(driver)).carried.state.execution;
  }

  async #create(parent: Carried, run: TaskRun, id: string, taskrun?: ValueMap): Promise<ExecutionDriver> {
    const file = this.#executions.fileOf(parent);
    const { request, origin } = await childRequest(parent, run, file.flows, taskrun);
    const created = await this.#executions.create(
      { ...request, ...file },
      { ...origin, id, parent: { executionId: parent.state.execution.id, taskRunId: run.id } },
    );
    if ('violations' in created) throw new TaskError(refusalText(created));
    return created;
  }
}

/**
 * The outputs that the other execution has not given: of one that an Exit has ended those of its flow, else what the
 * older property `outputs` of the task takes from it, as Kestra's default settings allow.
 */
async function wantedOutputs(
  parent: Carried,
  run: TaskRun,
  child: Carried | undefined,
): Promise<{ outputs?: ValueMap; fault?: string }> {
  if (!child) return {};
  if (child.state.flow.outputs.length > 0) {
    if (child.state.execution.state.current === 'KILLED') return {};
    const answer = await renderFlowOutputs(child, async () => {});
    return answer.ok && isMap(answer.value) ? { outputs: answer.value } : {};
  }
  const { outputs } = parent.task(run).properties;
  if (!isMap(outputs)) return {};
  try {
    return { outputs: (await renderDeep(outputs, child.renderContext())) as ValueMap };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { fault: error.message };
  }
}
