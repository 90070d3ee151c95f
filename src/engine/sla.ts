/** What a flow promises of its executions: a longest duration, and conditions. Broken promises set labels and may end it. */

import { isTruthy } from '../expression/truth.ts';
import { parseDuration } from '../model/duration.ts';
import type { TaskRun } from '../model/execution.ts';
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

/** A task run has ended: what must hold is looked at again, unless the execution's end is settled. */
export function assessAfter(draft: Draft, ended: TaskRun): void {
  const { execution } = draft;
  if (!isStopping(execution) && !isTerminal(execution.state.current))
    assess(draft, `${ended.id}-${ended.state.histories.length}`);
}

/** All tasks are done: true while the last look at what must hold is not taken yet. */
export function assessesAtEnd(draft: Draft): boolean {
  const { atEnd } = draft.execution.sla ?? {};
  if (atEnd !== undefined) return atEnd.length > 0;
  const keys = assess(draft, `end-${draft.execution.state.histories.length}`);
  if (keys.length === 0) return false;
  draft.change({ sla: { violated: draft.execution.sla?.violated ?? [], atEnd: keys } });
  return true;
}

/** @param key of an effect: a timer's, or of a condition that was asked for */
export function slaAnswered(draft: Draft, key: string, answer: Answer | 'due'): void {
  const id = key.split(':')[2]?.slice('sla-'.length);
  const sla = draft.flow.sla?.find(each => each.id === id);
  if (!sla || isTerminal(draft.execution.state.current)) return;
  if (answer === 'due') violate(draft, sla, `the execution has taken longer than ${sla.duration}`);
  else if (!answer.ok) draft.log('ERROR', `The SLA '${sla.id}' cannot be evaluated: ${answer.message}`);
  else if (!isTruthy(answer.value === null ? null : String(answer.value)))
    violate(draft, sla, `the assertion ${sla.assert} does not hold`);
  const { atEnd, violated = [] } = draft.execution.sla ?? {};
  if (!atEnd?.includes(key)) return;
  draft.change({ sla: { violated, atEnd: atEnd.filter(each => each !== key) } });
  draft.queue.push({ kind: 'advance', parentId: undefined, ended: undefined });
}

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

function violate(draft: Draft, sla: Sla, why: string): void {
  const { violated = [], ...rest } = draft.execution.sla ?? {};
  if (violated.includes(sla.id)) return;
  const kept = draft.execution.labels.filter(({ key }) => !sla.labels.some(label => label.key === key));
  draft.change({ labels: [...kept, ...sla.labels], sla: { ...rest, violated: [...violated, sla.id] } });
  const ending = endings[sla.behavior];
  draft.log('WARN', `The SLA '${sla.id}' is violated: ${why}`);
  if (ending === 'FAILED') draft.log('ERROR', `The execution fails: its SLA '${sla.id}' is violated.`);
  if (ending !== undefined) draft.exiting = { state: ending };
}
