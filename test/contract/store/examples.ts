/** Executions and what hangs on them, for the tests of stores. */
import type { Execution, LogEntry, MetricEntry, TaskRun } from '../../../src/model/execution.ts';
import { newId } from '../../../src/model/ids.ts';
import { initialState, isTerminal, moveTo, type State } from '../../../src/model/states.ts';
import type { NewExecution } from '../../../src/store/store.ts';

const start = '2026-01-02T03:04:05.678Z';
const later = '2026-01-02T03:04:06.789Z';

export function exampleExecution(values: Partial<Execution> = {}): Execution {
  const id = values.id ?? newId();
  return {
    id,
    namespace: 'company.team',
    flowId: 'flow',
    flowRevision: 1,
    state: initialState('CREATED', start),
    labels: [],
    inputs: {},
    originalId: id,
    attemptNumber: 1,
    phase: 'main',
    ...values,
  };
}

export function inState(execution: Execution, state: State): Execution {
  const phase = isTerminal(state) ? 'ended' : execution.phase;
  return { ...execution, phase, state: moveTo(execution.state, state, later) };
}

export function created(execution: Execution, values: Partial<NewExecution> = {}): NewExecution {
  return { execution, source: 'id: flow', flowIndex: 0, effects: [], ...values };
}

export function exampleTaskRun(executionId: string, values: Partial<TaskRun> = {}): TaskRun {
  return {
    id: newId(),
    executionId,
    taskId: 'task',
    branch: 'tasks',
    state: initialState('CREATED', start),
    attempts: [],
    ...values,
  };
}

export function line(message: string, values: Partial<LogEntry> = {}): LogEntry {
  return { timestamp: start, level: 'INFO', message, ...values };
}

export function metric(values: Partial<MetricEntry> = {}): MetricEntry {
  return {
    taskId: 'task',
    taskRunId: 'r',
    name: 'rows',
    type: 'counter',
    value: 1,
    tags: {},
    timestamp: start,
    ...values,
  };
}
