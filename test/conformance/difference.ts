/** The first difference between an execution of ours and a recorded one, in words. */
import type { Given, Json, Recorded } from './comparable.ts';
import { equals, multisetDifference } from './equal.ts';

export function difference(expected: Recorded, given: Given): string | undefined {
  for (const key of ['state', 'histories', 'inputs', 'outputs'] as const) {
    if (!equals(expected[key], given[key])) return `${key}: expected ${show(expected[key])}, got ${show(given[key])}`;
  }
  const label = multisetDifference(expected.labels ?? [], given.labels ?? []);
  if (label) return `labels: ${show(label)} in one of them only`;
  const run = multisetDifference(asJson(expected.taskRuns), asJson(given.taskRuns));
  if (run) {
    const ours = given.taskRuns.filter(({ taskId }) => taskId === (run as { taskId?: Json }).taskId);
    return `task runs: ${show(run)} in one of them only; ours: ${show(asJson(ours))}`;
  }
  return logDifference(expected, given) ?? metricDifference(expected, given);
}

/**
 * The lines of each task in their order, where the task ran once: those of several runs, and of different levels (a
 * script's two streams), come in any order. So do those with a random name among them, as `ls` sorts it anywhere.
 */
function logDifference(expected: Recorded, given: Given): string | undefined {
  const optional = new Set(expected.engineMessages.map(([taskId, level]) => `${taskId}/${level}`));
  const taskIds = new Set([...expected.logs, ...given.logs].map(({ taskId }) => taskId));
  for (const taskId of taskIds) {
    const runs = new Set(given.logs.filter(line => line.taskId === taskId).map(line => line.taskRunId));
    for (const level of ['INFO', 'WARN', 'ERROR']) {
      const said = (line: { level: string; taskId?: string }) => line.taskId === taskId && line.level === level;
      const wanted = expected.logs.filter(said).map(({ message }) => message);
      const found = given.logs.filter(said).map(({ message }) => message);
      const at = `log of ${taskId} at ${level}`;
      const inOrder = runs.size <= 1 && !wanted.some(message => message.includes('<any>'));
      let from = 0;
      for (const message of wanted) {
        const index = found.findIndex((ours, i) => i >= (inOrder ? from : 0) && equals(message, ours));
        if (index < 0) return `${at}: missing ${show(message)}; ours: ${show(found)}`;
        found.splice(index, 1);
        from = index;
      }
      // Where the engine itself spoke, its words are free: so is how many lines it takes for them.
      if (found.length > 0 && level === 'INFO' && !optional.has(`${taskId}/${level}`))
        return `${at}: too much ${show(found)}`;
    }
  }
  for (const [taskId, level] of expected.engineMessages) {
    const spoke = given.logs.some(line => line.level === level && (taskId === null || line.taskId === taskId));
    if (level !== 'INFO' && !spoke) return `no ${level} message at ${taskId ?? 'the execution'}`;
  }
  return undefined;
}

/** The recording leaves out what the engine itself measures (such as the length of what Return gives): more is no difference. */
function metricDifference(expected: Recorded, given: Given): string | undefined {
  const rest = [...given.metrics];
  for (const { name, type, value, tags } of expected.metrics) {
    const at = rest.findIndex(
      found => found.name === name && found.type === type && equals(value, found.value) && equals(tags, found.tags),
    );
    if (at < 0) return `metrics: missing ${show({ name, type, value, tags })}; ours: ${show(given.metrics)}`;
    rest.splice(at, 1);
  }
  return undefined;
}

/** Interfaces have no index signature, so the compiler does not see that they are JSON. */
function asJson(items: readonly object[]): readonly Json[] {
  return items as readonly unknown[] as readonly Json[];
}

function show(value: Json | object): string {
  return JSON.stringify(value).slice(0, 400);
}
