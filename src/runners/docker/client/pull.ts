/** Pulling images: one pull for each image at a time, with its progress, whoever waits for it. */
import { setTimeout as pause } from 'node:timers/promises';
import { EngineError } from '../../engine-error.ts';
import { unlessAborted } from '../../unless-aborted.ts';
import type { Engine } from './engine.ts';
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

/** Engines tell of each layer many times a second; a registry or a disk that says nothing for so long has stalled. */
const stallLimitMs = 5 * 60_000;
/** The same words about the bytes of a layer are told again after so long. */
const byteProgressMs = 1_000;

/** The pulls of one engine that are under way in this process. */
export class Puller {
  readonly #engine: Engine;
  readonly #stallLimitMs: number;
  readonly #pulls = new Map<string, Pull>();

  /** @param stallLimit how long a pull may say nothing, in ms */
  constructor(engine: Engine, stallLimit = stallLimitMs) {
    this.#engine = engine;
    this.#stallLimitMs = stallLimit;
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
    try {
      await unlessAborted(pull.done, signal);
    } finally {
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
    const pulling = { engine: this.#engine, image, auth, tell, stallLimitMs: this.#stallLimitMs, signal: abort.signal };
    const done = pullWithRetries(pulling).finally(() => this.#pulls.delete(key));
    // Everybody may have left by the time that it fails.
    done.catch(() => {});
    const pull = { done, listeners, abort };
    this.#pulls.set(key, pull);
    return pull;
  }
}

interface Pulling {
  readonly engine: Engine;
  readonly image: string;
  readonly auth: string | undefined;
  readonly tell: Listener;
  readonly stallLimitMs: number;
  readonly signal: AbortSignal;
}

async function pullWithRetries(pulling: Pulling): Promise<void> {
  const { image, tell, signal } = pulling;
  for (let attempt = 0; ; attempt++) {
    try {
      return await pullOnce(pulling);
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

async function pullOnce({ engine, image, auth, tell, stallLimitMs, signal }: Pulling): Promise<void> {
  // Podman needs the tag apart (kestra-io/kestra's runner sends it so as well).
  const { repository, tag } = parseImageName(image);
  const query = `fromImage=${encodeURIComponent(repository)}&tag=${encodeURIComponent(tag)}`;
  const headers = auth === undefined ? {} : { 'X-Registry-Auth': auth };
  const stall = new AbortController();
  // A refusal of ours, not a broken connection: what stalled so long is not tried again.
  const stalled = new EngineError(408, `the pull has said nothing for ${Math.round(stallLimitMs / 1000)} s`);
  const limit = setTimeout(() => stall.abort(stalled), stallLimitMs);
  const progress = new LayerProgress(image, tell);
  try {
    const both = AbortSignal.any([signal, stall.signal]);
    const answer = await engine.stream('POST', `/images/create?${query}`, { headers, signal: both });
    let rest = '';
    for await (const chunk of answer.setEncoding('utf8')) {
      limit.refresh();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) progress.read(line);
    }
    progress.read(rest);
  } catch (error) {
    throw stall.signal.aborted ? stalled : error;
  } finally {
    clearTimeout(limit);
  }
}

/** Tells of what changes: what happens to each layer, and once a second how many bytes have come. */
class LayerProgress {
  readonly #image: string;
  readonly #tell: Listener;
  readonly #bytes = new Map<string, { current: number; total: number }>();
  readonly #statuses = new Map<string, string>();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(image: string, tell: Listener) {
    this.#image = image;
    this.#tell = tell;
  }

  /** @throws EngineError for an error that stands inside the stream of a 200 answer (apocas/docker-modem#146) */
  read(line: string): void {
    if (line.trim() === '') return;
    const { id = '', status = '', progressDetail, error, errorDetail } = JSON.parse(line) as PullLine;
    const message = errorDetail?.message ?? error;
    if (message !== undefined) throw new EngineError(200, message);
    this.#count(id, status, progressDetail);
    const now = performance.now();
    const known = this.#statuses.get(id) === status;
    if (known && now - this.#toldAt < byteProgressMs) return;
    this.#statuses.set(id, status);
    this.#toldAt = now;
    const fraction = this.#fraction();
    const text = known
      ? `Pulling ${this.#image}: ${Math.floor((fraction ?? 0) * 100)} %`
      : `${this.#image}: ${[id, status].filter(Boolean).join(' ')}`;
    this.#tell({ text, ...(fraction !== undefined && { fraction }) });
  }

  /** Unpacking counts its bytes from nothing again: what has come stays counted, so that no bar goes back. */
  #count(id: string, status: string, { current = 0, total = 0 }: PullLine['progressDetail'] = {}): void {
    if (status === 'Downloading' && total > 0) this.#bytes.set(id, { current, total });
    const known = this.#bytes.get(id);
    if (known && status !== 'Downloading') known.current = known.total;
  }

  #fraction(): number | undefined {
    let [got, all] = [0, 0];
    for (const { current, total } of this.#bytes.values()) {
      got += current;
      all += total;
    }
    return all > 0 ? Math.min(1, got / all) : undefined;
  }
}
