/** The tries of one execution: where a retry policy has a new one try again (RETRIED), that one, and so on. */
import type { Execution } from '../model/execution.ts';
import { nextTryAt } from '../model/next-try.ts';
import type { Carried } from './carried.ts';
import type { ExecutionDriver } from './execution-driver.ts';
import { Patience } from './patience.ts';

export class Tries {
  readonly #next: (before: Execution) => Promise<ExecutionDriver | undefined>;
  readonly #patience = new Patience();
  #last: ExecutionDriver;

  /** @param next makes the try that follows an execution, or goes on with what an earlier process made */
  constructor(first: ExecutionDriver, next: (before: Execution) => Promise<ExecutionDriver | undefined>) {
    this.#last = first;
    this.#next = next;
  }

  /** The driver of the last try, ended. To be asked once. */
  async settled(): Promise<ExecutionDriver> {
    for (;;) {
      const at = nextTryAt(await this.#last.ended);
      if (at === undefined) return this.#last;
      await this.#patience.until(at);
      const { carried } = this.#last;
      const next = this.#patience.isOver ? undefined : await this.#next(carried.state.execution);
      await conclude(carried);
      if (!next) return this.#last;
      this.#last = next;
      if (this.#patience.isOver) this.kill();
    }
  }

  /** There is no other try. The one that runs goes on. */
  giveUp(): void {
    this.#patience.end();
  }

  /** Ends the try that runs; there is no other. */
  kill(): void {
    this.giveUp();
    this.#last.kill();
  }
}

/** Its next try is made, or not wanted: nobody has to go on with it any more. It was held until now. */
async function conclude({ environment, claim, state }: Carried): Promise<void> {
  const { retryAt, ...execution } = state.execution;
  if (retryAt === undefined) return;
  state.execution = execution;
  await environment.store.commit(claim, { execution });
  await environment.store.release(claim);
}
