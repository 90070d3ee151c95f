import type { ValueMap } from './value.ts';

/** Values for the properties of every plugin whose type begins with `type`. */
export interface PluginDefault {
  readonly type: string;
  /** Forced values win over those of the task. */
  readonly forced: boolean;
  readonly values: ValueMap;
}
