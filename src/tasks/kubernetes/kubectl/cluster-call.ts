/** What the tasks on objects of a cluster share: the connection, its faults in words, and waiting for readiness. */
import { setTimeout as pause } from 'node:timers/promises';
import { DurationError, parseDuration } from '../../../model/duration.ts';
import { parseJson } from '../../../model/json.ts';
import type { Value, ValueMap } from '../../../model/value.ts';
import type { Connection } from '../../../runners/kubernetes/client/connection.ts';
import { flagProperty, mapProperty, textProperty } from '../../properties.ts';
import { type TaskContext, TaskError } from '../../task-type.ts';
import { takeTokenProvider } from '../../token-provider.ts';

/** What of any object is looked at. */
export interface ClusterObject {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

const askAgainMs = 500;

/** Does the work with the task's cluster. What the cluster refuses fails the task in its own words. */
export async function withCluster<Result>(
  context: TaskContext,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const { task, expressions, config, signal } = context;
  const { properties } = task;
  const { connect } = await import('../cluster.ts');
  const { explainUnusable } = await import('../../../runners/kubernetes/unusable.ts');
  const { PrepareError } = await import('../../../runners/runner.ts');
  const { ApiError } = await import('../../../runners/kubernetes/client/errors.ts');
  const { inTaskWords } = await import('../task-words.ts');
  const inherited = await flagProperty('inheritClusterConfig', properties.inheritClusterConfig, false, expressions);
  const named = properties.connection !== undefined && !inherited;
  const { connection, source } = await takeTokenProvider(properties.connection, context);
  const given = named ? await mapProperty('connection', connection, expressions) : undefined;
  try {
    return await work(await connect(given && { ...given, ...source }, config.environmentVariables));
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof PrepareError) throw new TaskError(inTaskWords(error.message), {}, { cause: error });
    const told = explainUnusable(error);
    if (!told) throw error;
    // The advice on a refusal is about pods of the runner.
    const advice = error instanceof ApiError ? '' : told.whatToDo;
    throw new TaskError(inTaskWords(`${told.why} ${advice}`.trim()), {}, { cause: error });
  }
}

/** Milliseconds; 0: not waited for. */
export async function waitUntilReady({ task, expressions }: TaskContext): Promise<number> {
  try {
    return parseDuration((await textProperty(task.properties.waitUntilReady, expressions)) ?? 'PT0S');
  } catch (error) {
    throw error instanceof DurationError ? new TaskError(`waitUntilReady: ${error.message}`) : error;
  }
}

/** Asks for the object until its condition `Ready` is True. @throws TaskError when the time is over */
export async function untilReady(
  connection: Connection,
  path: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<ClusterObject> {
  const began = Date.now();
  for (;;) {
    const object = await connection.call<ClusterObject>('GET', path, { signal });
    const conditions = object.status?.conditions ?? [];
    const ready = conditions.find(({ type }) => type === 'Ready');
    if (ready?.status === 'True') return object;
    if (Date.now() - began > limitMs) {
      const others = conditions.length > 0 ? `it has no condition Ready, only ${list(conditions)}` : undefined;
      const words = ready ? ready.message : others;
      throw new TaskError(`${object.metadata.name} was not ready within waitUntilReady${words ? `: ${words}` : ''}`);
    }
    await pause(askAgainMs, undefined, { signal });
  }
}

const list = (conditions: readonly { readonly type: string }[]) => conditions.map(({ type }) => type).join(', ');

/** A part of an object as a value of expressions. */
export function asValue(part: object | null | undefined): Value {
  return part ? (parseJson(JSON.stringify(part)) as ValueMap) : null;
}
