/** What is to be started: a flow of a file, with inputs and labels as given. */
import type { GivenInput } from '../flow/index.ts';
import type { Flow, Label } from '../model/flow.ts';

export interface StartRequest {
  /** All flows of the file: one is started, the others are there as subflows. */
  readonly flows: readonly Flow[];
  readonly flowIndex: number;
  readonly source: string;
  readonly inputs: Readonly<Record<string, GivenInput>>;
  readonly labels: readonly Label[];
}
