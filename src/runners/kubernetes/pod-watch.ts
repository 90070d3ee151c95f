/**
 * One list-watch for all pods of a namespace that somebody here waits for
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
 *
 * A watch may end cleanly, break, go silent for ever or fall behind; none of that loses a change: it goes on from the
 * last version seen, lists anew when that is too old, and asks for the pod that was not heard of longest besides.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { UnreachableError } from '../engine-error.ts';
import type { Connection } from './client/connection.ts';
import { ApiError, isPassing } from './client/errors.ts';
import { getPod, listPods, lookedAt, type PodObject, podsPath } from './client/pods.ts';
import { runLabel } from './pod-name.ts';

/** Who follows one pod. */
export interface PodListener {
  /** `gone`: it is not there any more, and this is the last that was seen of it. */
  seen(pod: PodObject, gone: boolean): void;
  /** Nothing more can be learnt: the server refuses, or has not answered for five minutes. */
  failed(error: Error): void;
}

interface Follower {
  readonly listener: PodListener;
  pod: PodObject;
  heardAt: number;
}

/** The server sends bookmarks about once a minute; a watch silent for longer than two is dead. */
const idleLimitMs = 130_000;
/** The server answers a watch before anything happens. */
const openingLimitMs = 30_000;
/** The server ends each watch after this long, so that none is for ever on an overloaded one. */
const watchSeconds = 600;
const secondOpinionMs = 5_000;
const longestBackOffMs = 5_000;
const unreachableLimitMs = 5 * 60_000;
/** How long the last word of a pod that nobody follows yet is kept: it may have come before its creator's answer. */
const keepUnclaimedMs = 10_000;

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: PodObject & { readonly code?: number; readonly message?: string; readonly reason?: string };
}

/** One for each namespace of a cluster. */
export class PodWatch {
  readonly #connection: Connection;
  readonly #namespace: string;
  readonly #keep: (pod: PodObject) => PodObject;
  readonly #followers = new Map<string, Follower>();
  readonly #unclaimed = new Map<string, { readonly pod: PodObject; readonly gone: boolean; readonly at: number }>();
  #version: string | undefined;
  #closing: AbortController | undefined;

  /** @param keep what is kept of a pod and told of it */
  constructor(connection: Connection, namespace: string, keep: (pod: PodObject) => PodObject = lookedAt) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#keep = keep;
  }

  /** How many pods are waited for. */
  get size(): number {
    return this.#followers.size;
  }

  /** Tells the listener of every change after `pod`; what is returned ends it. The last to leave ends the watch. */
  follow(pod: PodObject, listener: PodListener): () => void {
    const key = pod.metadata.uid ?? pod.metadata.name;
    const follower: Follower = { listener, pod, heardAt: Date.now() };
    this.#followers.set(key, follower);
    const missed = this.#unclaimed.get(key);
    if (missed) queueMicrotask(() => this.#tell(missed.pod, missed.gone));
    if (!this.#closing) {
      this.#closing = new AbortController();
      // What was created just now needs no list: everything after its version comes.
      this.#version = pod.metadata.resourceVersion;
      void this.#run(this.#closing.signal);
      void this.#askAround(this.#closing.signal);
    }
    return () => {
      if (this.#followers.get(key) !== follower) return;
      this.#followers.delete(key);
      if (this.#followers.size > 0) return;
      this.#closing?.abort();
      this.#closing = undefined;
      this.#unclaimed.clear();
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let lastGood = Date.now();
    while (!signal.aborted) {
      const began = Date.now();
      try {
        if (this.#version === undefined) await this.#relist(signal);
        await this.#watch(signal, () => {
          [failures, lastGood] = [0, Date.now()];
        });
        // A server that ends every watch at once is not asked more often for it.
        if (Date.now() - began < 1_000) await rest(200, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && error.status === 410) {
          this.#version = undefined;
          await rest(50, signal);
          continue;
        }
        if (!isPassing(error) || Date.now() - lastGood > unreachableLimitMs) return this.#fail(error as Error);
        failures += 1;
        const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
        await rest(asked ?? Math.min(longestBackOffMs, 100 * 2 ** failures) * (0.5 + Math.random() / 2), signal);
      }
    }
  }

  async #relist(signal: AbortSignal): Promise<void> {
    const { items, resourceVersion } = await listPods(this.#connection, this.#namespace, runLabel, signal);
    const there = new Set<string>();
    for (const pod of items) {
      there.add(pod.metadata.uid ?? pod.metadata.name);
      this.#tell(pod, false);
    }
    this.#version = resourceVersion;
    for (const [key, follower] of this.#followers) if (!there.has(key)) await this.#ask(follower);
  }

  /** Reads one watch to its end. @throws ApiError with 410 when its version is too old */
  async #watch(signal: AbortSignal, alive: () => void): Promise<void> {
    const query = new URLSearchParams({
      watch: 'true',
      allowWatchBookmarks: 'true',
      labelSelector: runLabel,
      resourceVersion: this.#version ?? '',
      timeoutSeconds: String(watchSeconds),
    });
    const idle = new AbortController();
    // Until the server has answered too: a balancer may take the request and never give it on.
    const opening = setTimeout(
      () => idle.abort(new DOMException('no answer to a watch', 'TimeoutError')),
      openingLimitMs,
    );
    const stream = await this.#connection
      .stream(`${podsPath(this.#namespace)}?${query}`, AbortSignal.any([signal, idle.signal]))
      .finally(() => clearTimeout(opening));
    alive();
    const timer = setTimeout(() => idle.abort(new Error('the watch went silent')), idleLimitMs);
    let parts: Buffer[] = [];
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        timer.refresh();
        alive();
        let from = 0;
        for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
          parts.push(chunk.subarray(from, end));
          this.#take(JSON.parse(Buffer.concat(parts).toString('utf8')) as WatchEvent);
          parts = [];
          from = end + 1;
        }
        if (from < chunk.length) parts.push(chunk.subarray(from));
      }
    } catch (error) {
      if (error instanceof ApiError || signal.aborted) throw error;
      throw new UnreachableError(this.#connection.access.server.origin, error);
    } finally {
      clearTimeout(timer);
      stream.destroy();
    }
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'ERROR') throw new ApiError(object.code ?? 500, object.reason ?? '', object.message ?? 'watch error');
    this.#version = object.metadata.resourceVersion;
    if (type !== 'BOOKMARK') this.#tell(object, type === 'DELETED');
  }

  #tell(whole: PodObject, gone: boolean): void {
    const pod = this.#keep(whole);
    const key = pod.metadata.uid ?? pod.metadata.name;
    const follower = this.#followers.get(key);
    if (!follower) {
      const now = Date.now();
      for (const [other, { at }] of this.#unclaimed) {
        if (now - at < keepUnclaimedMs) break;
        this.#unclaimed.delete(other);
      }
      this.#unclaimed.delete(key);
      this.#unclaimed.set(key, { pod, gone, at: now });
      return;
    }
    follower.heardAt = Date.now();
    follower.pod = pod;
    follower.listener.seen(pod, gone);
  }

  /** One GET at a time for the pod that was not heard of longest: the cost does not grow with their number. */
  async #askAround(signal: AbortSignal): Promise<void> {
    for (;;) {
      await rest(secondOpinionMs, signal);
      if (signal.aborted) return;
      let oldest: Follower | undefined;
      for (const follower of this.#followers.values()) {
        if (!oldest || follower.heardAt < oldest.heardAt) oldest = follower;
      }
      if (oldest && Date.now() - oldest.heardAt >= secondOpinionMs) await this.#ask(oldest).catch(() => {});
    }
  }

  async #ask(follower: Follower): Promise<void> {
    const { name, uid } = follower.pod.metadata;
    follower.heardAt = Date.now();
    try {
      const pod = await getPod(this.#connection, this.#namespace, name);
      if (pod.metadata.uid !== uid) this.#tell(follower.pod, true);
      else if (pod.metadata.resourceVersion !== follower.pod.metadata.resourceVersion) this.#tell(pod, false);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      this.#tell(follower.pod, true);
    }
  }

  #fail(error: Error): void {
    this.#closing?.abort();
    this.#closing = undefined;
    const followers = [...this.#followers.values()];
    this.#followers.clear();
    for (const { listener } of followers) listener.failed(error);
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {});
}
