/** Watches one pod of several containers for those who know pods of one program. */
import type { Connection } from '../../runners/kubernetes/client/connection.ts';
import type { PodObject } from '../../runners/kubernetes/client/pods.ts';
import { type PodListener, PodWatch } from '../../runners/kubernetes/pod-watch.ts';
import { asOneProgram } from './one-program.ts';

export class ProgramWatch extends PodWatch {
  /** Resolves when one of the containers runs or has ended. */
  readonly begun: Promise<void>;
  /** Resolves when the cluster calls the pod ended; its containers have been so for a moment by then. */
  readonly over: Promise<void>;
  readonly #begin: () => void;
  readonly #end: () => void;
  #pod: PodObject;

  constructor(connection: Connection, namespace: string, pod: PodObject) {
    // Whole: its metadata and status are the task's outputs.
    super(connection, namespace, whole => whole);
    this.#pod = pod;
    const begun = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    [this.begun, this.#begin] = [begun.promise, begun.resolve];
    [this.over, this.#end] = [over.promise, over.resolve];
    this.#look(pod);
  }

  /** As it was last seen. */
  get pod(): PodObject {
    return this.#pod;
  }

  override follow(pod: PodObject, listener: PodListener): () => void {
    return super.follow(pod, {
      seen: (seen, gone) => {
        this.#pod = seen;
        this.#look(seen);
        if (gone) this.#end();
        listener.seen(asOneProgram(seen), gone);
      },
      failed: error => listener.failed(error),
    });
  }

  #look({ status }: PodObject): void {
    const begun = status?.containerStatuses?.some(({ state }) => state?.running ?? state?.terminated);
    if (begun) this.#begin();
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') this.#end();
  }
}
