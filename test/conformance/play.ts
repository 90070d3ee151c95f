/** Plays a recorded case in this process, and says how the result differs from Kestra's. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogFor } from '../../src/cli/catalog.ts';
import { executionDocument } from '../../src/cli/execution-json.ts';
import { readRunnableFlows } from '../../src/cli/flow-file.ts';
import { Refusal } from '../../src/cli/refusal.ts';
import type { Workspace } from '../../src/cli/workspace.ts';
import type { Config } from '../../src/config/config.ts';
import type { GivenInput } from '../../src/flow/index.ts';
import { LocalFile } from '../../src/flow/inputs/local-file.ts';
import type { ExecutionDriver } from '../../src/worker/execution-driver.ts';
import type { Session } from '../../src/worker/session.ts';
import type { Case, With } from './cases.ts';
import { comparable, type Json, type Recorded } from './comparable.ts';
import { difference } from './difference.ts';

export interface Stage {
  readonly workspace: Workspace;
  readonly session: Session;
  readonly config: Config;
  readonly environment: NodeJS.ProcessEnv;
  /** For files of this test. */
  readonly scratch: string;
}

/** Undefined when the result is the recorded one. */
export async function play(recorded: Case, stage: Stage): Promise<string | undefined> {
  const { expected } = recorded;
  const driver = await start(recorded, stage);
  if ('refusal' in driver) {
    return expected.refused === undefined ? `refused: ${driver.refusal}` : undefined;
  }
  steer(driver, recorded.with);
  const ended = await driver.ended;
  if (recorded.with.settle_ms !== undefined) await sleep(recorded.with.settle_ms);
  if (expected.refused !== undefined) {
    const isRefused = expected.refused === 'execution' && ended.state.current === 'FAILED';
    return isRefused ? undefined : `should be refused (${expected.refused}): ${expected.kestraSays}`;
  }
  return (
    (await compare(expected.execution, ended.id, stage)) ??
    (await compareChildren(expected.children ?? [], ended.id, stage)) ??
    (await restart(recorded, ended.id, stage)) ??
    (await replay(recorded, ended.id, stage))
  );
}

async function start(recorded: Case, stage: Stage): Promise<ExecutionDriver | { readonly refusal: string }> {
  const { config, environment, session } = stage;
  const path = join(stage.scratch, `${recorded.name}.yaml`);
  await writeFile(path, recorded.source);
  try {
    const { flows, source } = readRunnableFlows(path, catalogFor(config, environment), config, false);
    const labels = Object.entries(recorded.with.labels ?? {}).map(([key, value]) => ({ key, value }));
    const inputs = givenInputs(recorded.with.inputs ?? {});
    const driver = await session.start({ flows, flowIndex: 0, source, inputs, labels });
    return 'violations' in driver ? { refusal: driver.violations.map(({ message }) => message).join('\n') } : driver;
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error.text };
    throw error;
  }
}

function givenInputs(inputs: Readonly<Record<string, Json>>): Readonly<Record<string, GivenInput>> {
  const give = (value: Json): GivenInput => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return isAbsolute(text) && existsSync(text) ? new LocalFile(text) : text;
  };
  return Object.fromEntries(Object.entries(inputs).map(([id, value]) => [id, give(value)]));
}

/** Kills or resumes it, when the recording did. */
function steer(driver: ExecutionDriver, how: With): void {
  if (how.kill_after_ms !== undefined)
    setTimeout(() => driver.post({ type: 'kill', at: Date.now() }), how.kill_after_ms);
  if (how.resume_after_ms !== undefined)
    setTimeout(() => driver.goOn(givenInputs(how.resume_inputs ?? {}) as Record<string, string>), how.resume_after_ms);
}

async function compare(expected: Recorded | undefined, id: string, stage: Stage): Promise<string | undefined> {
  if (!expected) return undefined;
  let text = '';
  for await (const piece of executionDocument(stage.workspace.store, id)) text += piece;
  return difference(expected, comparable(text));
}

/** The executions of subflows, in the order of their creation. */
async function compareChildren(
  expected: readonly Recorded[],
  parentId: string,
  stage: Stage,
): Promise<string | undefined> {
  if (expected.length === 0) return undefined;
  const all = await stage.workspace.store.list();
  const children = all.filter(each => each.parentExecutionId === parentId).reverse();
  if (children.length !== expected.length) return `${expected.length} children expected, ${children.length} made`;
  for (const [index, child] of children.entries()) {
    const found = await compare(expected[index], child.id, stage);
    if (found !== undefined) return `child ${index + 1}: ${found}`;
  }
  return undefined;
}

async function restart(recorded: Case, id: string, stage: Stage): Promise<string | undefined> {
  if (!recorded.with.restart) return undefined;
  const driver = await stage.session.restart(id);
  if (!driver) return 'the execution cannot be restarted';
  await driver.ended;
  const found = await compare(recorded.expected.restarted, id, stage);
  return found && `restarted: ${found}`;
}

async function replay(recorded: Case, id: string, stage: Stage): Promise<string | undefined> {
  const { replay_task: taskId } = recorded.with;
  if (taskId === undefined) return undefined;
  const stored = await stage.workspace.store.load(id);
  const run = stored?.taskRuns.find(each => each.taskId === taskId);
  const driver = run && (await stage.session.replay(id, run.id));
  if (!driver) return 'the execution cannot be replayed';
  const found = await compare(recorded.expected.replayed, (await driver.ended).id, stage);
  return found && `replayed: ${found}`;
}
