/** The document of an execution that has not begun. */
import { mergeLabels } from '../flow/index.ts';
import type { Execution } from '../model/execution.ts';
import type { Flow, Label } from '../model/flow.ts';
import { initialState } from '../model/states.ts';
import type { ValueMap } from '../model/value.ts';

/** Where an execution comes from. */
export interface Origin {
  readonly id: string;
  readonly parent?: Execution['parent'];
  readonly trigger?: ValueMap;
  /** When it begins, ISO 8601, UTC. */
  readonly scheduleDate?: string;
}

/** Its inputs are not read yet. */
export function newExecution(
  flow: Flow,
  labels: readonly Label[],
  { id, parent, trigger, scheduleDate }: Origin,
): Execution {
  const correlation = { key: 'system.correlationId', value: parent?.executionId ?? id };
  return {
    id,
    namespace: flow.namespace,
    flowId: flow.id,
    flowRevision: flow.revision,
    state: initialState('CREATED', new Date().toISOString()),
    labels: mergeLabels(mergeLabels(flow.labels, labels), [correlation]),
    inputs: {},
    originalId: id,
    ...(parent && { parent }),
    ...(trigger && { trigger }),
    ...(scheduleDate !== undefined && { scheduleDate }),
    attemptNumber: 1,
    phase: 'created',
  };
}
