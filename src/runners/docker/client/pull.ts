/** Pulling images: one pull for each image at a time, with its progress, whoever waits for it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from './engine.ts';
import { EngineError } from './errors.ts';
import { parseImageName } from './image-name.ts';

export interface PullProgress {
  readonly text: string;
  /** Of the bytes whose number is known, from 0 to 1. */
  readonly fraction?: number;
}

type Listener = (progress: PullProgress) => void;

interface Pull {
  readonly done: Promise<void>;
  readonly listeners: Set<Listener>;
  readonly abort: AbortController;
}

/** Registries answer 5xx under load; what will not get better by itself is not tried again. */
const retryDelaysMs = [1_000, 4_000];
const hopeless =
  /denied|unauthorized|no basic auth|not found|manifest unknown|no such host|connection refused|network is unreachable|invalid|x509|certificate|forbidden|toomanyrequests/i;

/** The pulls of one engine that are under way in this process. */
export class Puller {
  readonly #engine: Engine;
  readonly #pulls = new Map<string, Pull>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Pulls an image, or waits for the pull of it that is under way. The pull goes on as long as anybody waits.
   * @param auth the `X-Registry-Auth` header
   * @throws EngineError with the registry's own words
   */
  async pull(image: string, auth: string | undefined, onProgress: Listener, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const key = `${image}\n${auth ?? ''}`;
    const pull = this.#pulls.get(key) ?? this.#begin(key, image, auth);
    pull.listeners.add(onProgress);
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([pull.done, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
      pull.listeners.delete(onProgress);
      if (pull.listeners.size === 0) pull.abort.abort();
    }
  }

  #begin(key: string, image: string, auth: string | undefined): Pull {
    const listeners = new Set<Listener>();
    const abort = new AbortController();
    const tell: Listener = progress => {
      for (const listener of listeners) listener(progress);
    };
    const done = pullWithRetries(this.#engine, image, auth, tell, abort.signal).finally(() => this.#pulls.delete(key));
    // Everybody may have left by the time that it fails.
    done.catch(() => {});
    const pull = { done, listeners, abort };
    this.#pulls.set(key, pull);
    return pull;
  }
}

async function pullWithRetries(
  engine: Engine,
  image: string,
  auth: string | undefined,
  tell: Listener,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await pullOnce(engine, image, auth, tell, signal);
    } catch (error) {
      const delay = retryDelaysMs[attempt];
      const passing = !(error instanceof EngineError) || error.status >= 500 || error.status === 200;
      if (signal.aborted || delay === undefined || !passing || hopeless.test((error as Error).message)) throw error;
      tell({ text: `${image}: ${(error as Error).message}; trying again` });
      await pause(delay, undefined, { signal });
    }
  }
}

interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

async function pullOnce(
  engine: Engine,
  image: string,
  auth: string | undefined,
  tell: Listener,
  signal: AbortSignal,
): Promise<void> {
  // Podman needs the tag apart (kestra-io/kestra's runner sends it so as well).
  const { repository, tag } = parseImageName(image);
  const query = `fromImage=${encodeURIComponent(repository)}&tag=${encodeURIComponent(tag)}`;
  const headers = auth === undefined ? {} : { 'X-Registry-Auth': auth };
  const answer = await engine.stream('POST', `/images/create?${query}`, { headers, signal });
  const layers = new Map<string, { current: number; total: number }>();
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) readLine(line, image, layers, tell);
  }
  readLine(rest, image, layers, tell);
}

/** @throws EngineError for an error that stands inside the stream of a 200 answer (apocas/docker-modem#146) */
function readLine(
  line: string,
  image: string,
  layers: Map<string, { current: number; total: number }>,
  tell: Listener,
): void {
  if (line.trim() === '') return;
  const read = JSON.parse(line) as PullLine;
  const error = read.errorDetail?.message ?? read.error;
  if (error !== undefined) throw new EngineError(200, error);
  const { current, total } = read.progressDetail ?? {};
  if (read.id !== undefined && total) layers.set(read.id, { current: current ?? 0, total });
  let [got, all] = [0, 0];
  for (const layer of layers.values()) {
    got += layer.current;
    all += layer.total;
  }
  const text = `${image}: ${read.id === undefined ? '' : `${read.id} `}${read.status ?? ''}`;
  tell({ text, ...(all > 0 && { fraction: Math.min(1, got / all) }) });
}
