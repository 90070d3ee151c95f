/** What a command gets from the process that it runs in. */
import type { Output } from './output.ts';

/** What a command reads; a terminal has somebody to ask. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Commands touch nothing of the process but through it. */
export interface Invocation {
  /** Standard input. Opened when it is first asked for: an open one could keep the process from its end. */
  readonly input: () => Input;
  readonly output: Output;
  readonly environment: NodeJS.ProcessEnv;
  readonly signals: Signals;
}

/** SIGINT, SIGTERM and SIGHUP: the first cancels, the second leaves at once; further SIGHUPs are passed over. */
export interface Signals {
  /** From now on there is something to clean up: a first signal waits for `onCancel` instead of ending the process. */
  hold(): void;
  /** What the first signal does; called at once when it has come already. */
  onCancel(cancel: () => void): void;
  /** What is said before the second signal ends the process. */
  onLeave(leave: () => void): void;
}
