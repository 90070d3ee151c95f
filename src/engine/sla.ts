/** What a flow promises of its executions: a longest duration, and conditions. Broken promises set labels and may end it. */

import { isTruthy } from '../expression/truth.ts';
import { parseDuration } from '../model/duration.ts';
import type { SlaProgress, TaskRun } from '../model/execution.ts';
import type { Sla } from '../model/flow.ts';
import { isTerminal, type State } from '../model/states.ts';
import type { Draft } from './draft.ts';
import type { Answer } from './event.ts';
import { isStopping } from './stopping.ts';

const endings: Readonly<Record<Sla['behavior'], State | undefined>> = {
  FAIL: 'FAILED',
  CANCEL: 'CANCELLED',
  NONE: undefined,
};

/** The execution begins: its time runs, and what must hold is looked at for the first time. */
export function beginSla(draft: Draft): void {
  for (const sla of draft.flow.sla ?? []) {
    if (sla.type !== 'MAX_DURATION') continue;
    draft.effect({ type: 'timer', key: slaKey(sla, 'time'), at: draft.at + parseDuration(sla.duration ?? 'PT0S') });
  }
  assess(draft, 'start');
}

/**
 * A task run has ended: what must hold is looked at again, unless the execution's end is settled. True when nothing may
 * follow the task run before the answers are there.
 */
export function assessAfter(draft: Draft, ended: TaskRun): boolean {
  const { execution } = draft;
  if (isStopping(execution) || isTerminal(execution.state.current)) return false;
  const keys = assess(draft, `${ended.id}-${ended.state.histories.length}`);
  if (keys.length === 0) return false;
  const { violated = [], held = [], ...rest } = execution.sla ?? {};
  draft.change({ sla: { ...rest, violated, held: [...held, { taskRunId: ended.id, keys }] } });
  return true;
}

/** The task run that waits for an answer goes on, when that was the last one. */
function release(draft: Draft, key: string): void {
  const { sla } = draft.execution;
  const waiting = sla?.held?.find(({ keys }) => keys.includes(key));
  if (!sla || !waiting) return;
  const others = sla.held?.filter(each => each !== waiting) ?? [];
  const keys = waiting.keys.filter(each => each !== key);
  draft.change({ sla: { ...sla, held: keys.length > 0 ? [...others, { ...waiting, keys }] : others } });
  const ended = draft.taskRun(waiting.taskRunId);
  if (keys.length === 0 && ended) draft.queue.push({ kind: 'advance', parentId: ended.parentTaskRunId, ended });
}

/** All tasks are done: true while the last look at what must hold is not taken yet. */
export function assessesAtEnd(draft: Draft): boolean {
  const { atEnd } = draft.execution.sla ?? {};
  if (atEnd !== undefined) return atEnd.length > 0;
  const keys = assess(draft, `end-${draft.execution.state.histories.length}`);
  if (keys.length === 0) return false;
  draft.change({ sla: { violated: [], ...draft.execution.sla, atEnd: keys } });
  return true;
}

/** @param key of an effect: a timer's, or of a condition that was asked for */
export function slaAnswered(draft: Draft, key: string, answer: Answer | 'due'): void {
  const id = key.split(':')[2]?.slice('sla-'.length);
  const sla = draft.flow.sla?.find(each => each.id === id);
  if (!sla || draft.execution.phase === 'ended') return;
  if (isTerminal(draft.execution.state.current)) {
    // Nothing is at stake any more, but a task run of a replay may still wait for the word.
    release(draft, key);
    return;
  }
  if (answer === 'due') violate(draft, sla, `the execution has taken longer than ${sla.duration}`);
  else if (!answer.ok) draft.log('ERROR', `The SLA '${sla.id}' cannot be evaluated: ${answer.message}`);
  else if (!isTruthy(answer.value)) violate(draft, sla, `the assertion ${sla.assert} does not hold`, key);
  release(draft, key);
  const { atEnd, violated = [], ...rest } = draft.execution.sla ?? {};
  if (!atEnd?.includes(key)) return;
  draft.change({ sla: { ...rest, violated, atEnd: atEnd.filter(each => each !== key) } });
  draft.queue.push({ kind: 'advance', parentId: undefined, ended: undefined });
}

/** Does the answer to this effect belong to an SLA? */
export function isSlaKey(key: string): boolean {
  return key.startsWith('evaluate::sla-') || key.startsWith('timer::sla-');
}

function slaKey(sla: Sla, moment: string): string {
  return `${sla.type === 'MAX_DURATION' ? 'timer' : 'evaluate'}::sla-${sla.id}:${moment}`;
}

/** The keys of the questions asked. A promise that is broken already is not looked at again. */
function assess(draft: Draft, moment: string): readonly string[] {
  const violated = draft.execution.sla?.violated ?? [];
  return (draft.flow.sla ?? []).flatMap(sla => {
    if (sla.type !== 'EXECUTION_ASSERTION' || violated.includes(sla.id)) return [];
    const key = slaKey(sla, moment);
    draft.effect({ type: 'evaluate', key, template: sla.assert ?? '', as: 'text' });
    return [key];
  });
}

/** @param key of the answer that says so; the task run after which it was asked for ends in the state of the execution */
function violate(draft: Draft, sla: Sla, why: string, key?: string): void {
  const { violated, ...rest }: SlaProgress = draft.execution.sla ?? { violated: [] };
  if (violated.includes(sla.id)) return;
  const kept = draft.execution.labels.filter(({ key }) => !sla.labels.some(label => label.key === key));
  draft.change({ labels: [...kept, ...sla.labels], sla: { ...rest, violated: [...violated, sla.id] } });
  // What has settled the execution's end before, an Exit or a kill, stays.
  const ending = isStopping(draft.execution) ? undefined : endings[sla.behavior];
  draft.log('WARN', `The SLA '${sla.id}' is violated: ${why}`);
  if (ending === 'FAILED') draft.log('ERROR', `The execution fails: its SLA '${sla.id}' is violated.`);
  if (ending === undefined) return;
  const after = rest.held?.find(({ keys }) => key !== undefined && keys.includes(key));
  const run = after && draft.taskRun(after.taskRunId);
  if (run) draft.move(run, ending);
  draft.exiting = { state: ending, ...(run && { taskRunId: run.id }) };
}
