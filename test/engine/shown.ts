/** What tests look at in an execution, in short texts. */
import type { TaskRun } from '../../src/model/execution.ts';
import type { StateHistory } from '../../src/model/states.ts';
import type { Simulation } from './simulation.ts';

/** `CREATED,RUNNING,SUCCESS`. */
export function history(state: StateHistory): string {
  return state.histories.map(change => change.state).join();
}

/** The execution's states and phase at its end: `CREATED,RUNNING,SUCCESS`; with `(phase)` where it has not ended. */
export function courseOf(simulation: Simulation): string {
  const { state, phase } = simulation.execution;
  return phase === 'ended' ? history(state) : `${history(state)} (${phase})`;
}

/** All task runs that count, in order of creation: `a SUCCESS`, `r[x] FAILED`. */
export function runsOf(simulation: Simulation): string[] {
  return [...simulation.state.taskRuns()].map(run => `${nameOf(run)} ${run.state.current}`);
}

export function nameOf(run: TaskRun): string {
  return run.value === undefined ? run.taskId : `${run.taskId}[${run.value}]`;
}

/** The task run of a task, by `id` or `id[value]`. */
export function runOf(simulation: Simulation, name: string): TaskRun {
  const run = [...simulation.state.taskRuns()].findLast(each => nameOf(each) === name);
  if (!run) throw new Error(`${name} has no task run; there are: ${runsOf(simulation).join(', ')}`);
  return run;
}

export function attemptsOf(simulation: Simulation, name: string): string {
  return runOf(simulation, name)
    .attempts.map(attempt => attempt.state.current)
    .join();
}

/** `WARN sw: text` lines of the engine's own log. */
export function logsOf(simulation: Simulation): string[] {
  return simulation.logs.map(entry => `${entry.level} ${entry.taskId ?? '-'}: ${entry.message}`);
}
