/** `oauthTokenProvider`: a task of its own that fetches the bearer token for a cluster, when it is needed. */
import { createHash } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { render, renderDeepTyped } from '../expression/index.ts';
import { variablesOf } from '../expression/render-context.ts';
import { DurationError, parseDuration } from '../model/duration.ts';
import { writeJson } from '../model/json.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { type TokenSource, tokenSource, type WithTokenSource } from '../runners/token-source.ts';
import { textProperty } from './properties.ts';
import { type TaskContext, TaskError } from './task-type.ts';

/** Kestra's example value; a token that ends earlier is fetched anew when the server refuses it. */
const defaultCache = 'PT5M';
/** Many pods meet the same refusal at once: a token that is younger was fetched because of it. */
const refusedAgeMs = 1_000;

interface Fetched {
  readonly at: number;
  readonly token: Promise<string>;
}

/** Shared by all task runs of this process: a hundred pods are one token. */
const caches = new WeakMap<Config, Map<string, Fetched>>();

/**
 * Takes the provider out of the properties of a connection, as written: its task is rendered when it runs, and its
 * output then. What is returned is copied into the rendered configuration.
 */
export async function takeTokenProvider(
  connection: Value | undefined,
  context: Pick<TaskContext, 'expressions' | 'config' | 'runTask'>,
): Promise<{ readonly connection: Value | undefined; readonly source: WithTokenSource }> {
  if (!isMap(connection) || !isMap(connection.oauthTokenProvider)) return { connection, source: {} };
  const { oauthTokenProvider, ...rest } = connection;
  return { connection: rest, source: { [tokenSource]: await sourceOf(oauthTokenProvider as ValueMap, context) } };
}

async function sourceOf(
  provider: ValueMap,
  context: Pick<TaskContext, 'expressions' | 'config' | 'runTask'>,
): Promise<TokenSource> {
  const { expressions, config } = context;
  const { task, output } = provider;
  if (!isMap(task)) throw new TaskError('oauthTokenProvider.task must be a task, with its type.');
  if (typeof output !== 'string' || output === '') {
    throw new TaskError(
      'oauthTokenProvider.output must be an expression that gives the token from the outputs of its task.',
    );
  }
  const cacheMs = await cacheTime(provider.cache, context);
  // Two tasks with the same properties may still differ in what these come to.
  const rendered = await renderDeepTyped(task, expressions);
  const identity = createHash('sha256')
    .update(writeJson([rendered, output]))
    .digest('hex');
  const known = caches.get(config) ?? new Map<string, Fetched>();
  caches.set(config, known);

  async function fetchToken(): Promise<string> {
    const { outputs } = await context.runTask(task as ValueMap, 'oauthTokenProvider.task');
    const variables = variablesOf(outputs, expressions.variables);
    const token = (await render(output as string, { ...expressions, variables })).trim();
    if (token === '') throw new TaskError('oauthTokenProvider.output gives no token.');
    return token;
  }

  return {
    identity,
    async get(fresh) {
      const last = known.get(identity);
      const age = Date.now() - (last?.at ?? 0);
      let current = last && age < (fresh ? refusedAgeMs : cacheMs) ? last : undefined;
      if (!current) {
        current = { at: Date.now(), token: fetchToken() };
        known.set(identity, current);
        // The next one asks again.
        current.token.catch(() => known.delete(identity));
      }
      const token = await current.token;
      expressions.taint.add(token);
      return token;
    },
  };
}

async function cacheTime(property: Value | undefined, { expressions }: Pick<TaskContext, 'expressions'>) {
  try {
    return parseDuration((await textProperty(property, expressions)) ?? defaultCache);
  } catch (error) {
    if (error instanceof DurationError) throw new TaskError(`oauthTokenProvider.cache: ${error.message}`);
    throw error;
  }
}
