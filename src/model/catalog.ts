/** What the flow reader needs to know of task types, runners and the rest that `type:` can name. */
import type { ZodObject } from 'zod';
import type { ValueMap } from './value.ts';

/** What is wrong with a property; `path` as in `memory.memory` or `volumes[0]`, relative to what holds it. */
export interface PropertyFault {
  readonly path: string;
  readonly message: string;
}

/** Something that a `type:` property selects: a task type, a task runner. */
export interface Declaration {
  /** The canonical name. */
  readonly type: string;
  readonly aliases: readonly string[];
  readonly title: string;
  /**
   * Its own properties, without those every task has. Strict; built on first use (building all costs about 30 ms).
   * Child tasks are left out: `branches` names them.
   */
  readonly schema: () => ZodObject;
}

/** What the reader and the engine know of a task type. */
export interface TaskDeclaration extends Declaration {
  /** `runnable`: a worker runs it. `flowable`: the engine runs its children. `immediate`: the engine itself does it. */
  readonly kind: 'runnable' | 'flowable' | 'immediate';
  /**
   * Properties that hold child tasks. `map`: a branch for each key (Switch's `cases`); `dag`: items of {task, dependsOn};
   * `runnable`: one task alone, which a worker runs.
   */
  readonly branches?: readonly {
    readonly property: string;
    readonly required: boolean;
    readonly shape: 'list' | 'map' | 'dag' | 'runnable';
  }[];
  /** Child tasks in the branch `tasks` that are not written in the flow: the type brings them along. */
  readonly ownTasks?: (
    id: string,
    properties: ValueMap,
  ) => readonly { readonly id: string; readonly type: string; readonly properties: ValueMap }[];
  /** Checks that no schema can express; messages are relative to the task. */
  readonly check?: (properties: Readonly<Record<string, unknown>>) => readonly PropertyFault[];
}

export interface RunnerDeclaration extends Declaration {
  /** What a run would refuse, though a schema does not say so: told as a warning, as the task may never run. */
  readonly foresee?: (properties: ValueMap) => readonly PropertyFault[];
}

/** All that `type:` may name; names are canonical ones or aliases. */
export interface Catalog {
  task(type: string): TaskDeclaration | undefined;
  runner(type: string): RunnerDeclaration | undefined;
  /** True for a type that Kestra has and Windlass does not run yet: refused by name, not as a misspelling. */
  isKnown(type: string): boolean;
  /** What to use instead of a known type that is not run here, in a sentence; undefined where nothing does the same. */
  insteadOf(type: string): string | undefined;
  /** All canonical names, for suggestions. */
  names(): readonly string[];
}
