import { z } from 'zod';
import { isTruthy } from '../../expression/truth.ts';
import { parseDuration } from '../../model/duration.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import type { Container } from '../container.ts';
import { type Flowable, FlowableFailure } from '../flowable.ts';
import { errorBranches } from './branches.ts';

export const loopUntil: Flowable = {
  type: 'io.kestra.plugin.core.flow.LoopUntil',
  aliases: ['io.kestra.plugin.core.flow.WaitFor'],
  title: 'Run tasks again and again until a condition holds.',
  kind: 'flowable',
  schema: () =>
    z.strictObject({
      condition: z
        .union([z.string(), z.boolean()])
        .meta({ title: 'The condition', description: 'Looked at after each iteration.' }),
      failOnMaxReached: z
        .union([z.boolean(), z.string()])
        .optional()
        .meta({ title: 'Whether reaching a limit is a failure', default: false }),
      checkFrequency: z
        .strictObject({
          maxIterations: z.union([z.int(), z.string()]).optional().meta({ title: 'How many iterations at most' }),
          maxDuration: z.string().optional().meta({ title: 'How long at most' }),
          interval: z.string().optional().meta({ title: 'How long to wait between iterations', default: 'PT1S' }),
        })
        .optional()
        .meta({ title: 'When to look again, and for how long' }),
    }),
  branches: [{ property: 'tasks', required: true, shape: 'list' }, ...errorBranches],
  begin(container) {
    container.note({ count: 1, since: container.draft.at });
    container.output({ iterationCount: 1 });
  },
  step(container) {
    if (container.sequential('tasks') === 'waiting') return 'waiting';
    if (container.notes.over) return 'done';
    const scope = container.scope('tasks');
    if (scope.failed + scope.killed > 0) return 'done';
    ask(container, `condition-${container.notes.count}`);
    return 'waiting';
  },
  answered(container, about, { value }) {
    const [condition, limits] = value as [Value, ValueMap];
    if (isTruthy(condition)) return container.note({ over: true });
    if (!about.startsWith('counted-')) {
      const next = Number(container.notes.count) + 1;
      container.note({ count: next });
      container.output({ iterationCount: next });
      // Kestra counts, then looks at the condition once more, so that one about the count sees the next one already.
      if (aboutCount.test(String(container.task.properties.condition))) return ask(container, `counted-${next}`);
    }
    const count = Number(container.notes.count);
    if (isOver(container, count, limits)) return;
    if (container.draft.execution.state.current === 'RUNNING') container.draft.moveExecution('PAUSED');
    container.timer(`next-${count}`, container.draft.at + parseDuration(text(limits.interval) ?? 'PT1S'));
  },
  due(container) {
    const { draft, run } = container;
    for (const id of [...draft.childrenOf(run.id)]) {
      const child = draft.taskRun(id);
      if (child) draft.supersede(child);
    }
    if (draft.execution.state.current === 'PAUSED') draft.goOn();
  },
  ending(container) {
    if (container.notes.maxReached && String(container.task.properties.failOnMaxReached) === 'true')
      return { state: 'FAILED' };
    return container.scope('tasks');
  },
};

const aboutCount = /\biterationCount\b/;

function ask(container: Container, about: string): void {
  const { condition, checkFrequency } = container.task.properties;
  container.ask(about, [condition ?? '', frequency(checkFrequency)], 'text');
}

function frequency(given: Value | undefined): ValueMap {
  return isMap(given) ? given : {};
}

function text(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function isOver(container: Container, count: number, limits: ValueMap): boolean {
  const most = text(limits.maxIterations);
  if (most !== undefined && !/^\d+$/.test(most.trim()))
    throw new FlowableFailure(`The maxIterations of ${container.task.id} must be a whole number, not '${most}'.`);
  const iterations = most !== undefined && count > Number(most);
  const longest = text(limits.maxDuration);
  const duration =
    longest !== undefined && container.draft.at - Number(container.notes.since) >= parseDuration(longest);
  if (!iterations && !duration) return false;
  container.log('WARN', iterations ? `Max iterations reached: ${most}` : `Max duration reached: ${longest}`);
  container.note({ over: true, maxReached: true });
  return true;
}
