/** The contract of a task type that the engine carries out itself: one file each in flowables/. */
import type { TaskDeclaration } from '../model/catalog.ts';
import type { TaskRun } from '../model/execution.ts';
import type { State } from '../model/states.ts';
import type { ValueMap } from '../model/value.ts';
import type { Container, Progress } from './container.ts';
import type { Answer } from './event.ts';
import type { Scope } from './execution-state.ts';

/** How its children ended, or the state in words; `final` is one that the flags of its task do not change. */
export type Ending = Scope | { readonly state: State; readonly final?: boolean };

/** How such a task begins, goes on and ends. */
export interface Flowable extends TaskDeclaration {
  readonly kind: 'flowable' | 'immediate';
  /** A failure among its children makes it WARNING. */
  readonly forgives?: true;
  /** A retry policy holds for itself: it fails like a task, not through its children. */
  readonly retried?: true;
  /** Its first outputs say which branch it takes. */
  readonly branchesAreOutput?: true;
  /** After a restart of the execution its children cannot go on: all of them run again. */
  readonly restartsAnew?: true;
  /** Called once, before the first step: asks what it must know. */
  begin?(container: Container): void;
  /** An answer to `ask`, or to an effect of its own (then `about` is its type). A refused one fails the task run. */
  answered?(container: Container, about: string, answer: Extract<Answer, { ok: true }>): void;
  due?(container: Container): void;
  resumed?(container: Container, onResume: ValueMap | undefined): void;
  childStarted?(container: Container, executionId: string): void;
  childEnded?(
    container: Container,
    child: { executionId: string; state: State; outputs?: ValueMap; fault?: string },
  ): void;
  /** The execution is ending and no child is active: `waiting` when something of its own must end first. */
  stop?(container: Container): Progress;
  /** Starts what can start now; never called while it waits for an answer. `ended` is the child that has just ended. */
  step(container: Container, ended: TaskRun | undefined): Progress;
  /** How it ended; asked when `step` is done. */
  ending(container: Container): Ending;
}

/** Ends a task run with a message, from within a flowable's own code. Caught by `decide`; never leaves the engine. */
export class FlowableFailure extends Error {
  readonly level: 'WARN' | 'ERROR';

  constructor(message: string, level: 'WARN' | 'ERROR' = 'ERROR') {
    super(message);
    this.level = level;
  }
}
