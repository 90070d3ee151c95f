import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Document, FlowHarness } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const shown = ({ taskRunList }: Document) =>
  taskRunList
    .map(({ taskId, value, attempts }) => `${taskId}${value === undefined ? '' : `[${value}]`} ${attempts.length}`)
    .sort();

async function replayFrom(yaml: string, taskId: string, value?: string): Promise<{ first: Document; again: Document }> {
  const first = await harness.run(yaml);
  const stored = await harness.workspace.store.load(first.id);
  const run = stored?.taskRuns.find(each => each.taskId === taskId && each.value === value);
  const driver = run && (await harness.session.replay(first.id, run.id));
  if (!driver) throw new Error('no replay');
  return { first, again: await harness.document((await driver.ended).id) };
}

const task = (id: string, indent = '  ') =>
  `\n${indent}- {id: ${id}, type: io.kestra.plugin.core.debug.Return, format: "{{ execution.id }}"}`;

describe('a replay', () => {
  it('takes over what was before, and runs the rest in a new execution', async () => {
    const { first, again } = await replayFrom(`tasks:${task('a')}${task('b')}${task('c')}`, 'b');
    expect(again.id).not.toBe(first.id);
    expect(again.originalId).toBe(first.id);
    expect(shown(again)).toEqual(['a 1', 'b 2', 'c 1']);
    const value = (id: string) => again.taskRunList.find(run => run.taskId === id)?.outputs?.value;
    expect([value('a'), value('b'), value('c')]).toEqual([first.id, again.id, again.id]);
    expect(await harness.document(first.id)).toEqual({ ...first, taskRunList: expect.anything() });
  });

  it('begins inside flowables, and leaves what runs beside it', async () => {
    const inside = `
tasks:
  - id: par
    type: io.kestra.plugin.core.flow.Parallel
    tasks:${task('left', '      ')}
      - id: seq
        type: io.kestra.plugin.core.flow.Sequential
        tasks:${task('x', '          ')}${task('y', '          ')}${task('last')}
errors:${task('never')}
finally:${task('fin')}`;
    const { again } = await replayFrom(inside, 'x');
    expect(again.state.current).toBe('SUCCESS');
    expect(shown(again)).toEqual(['fin 1', 'last 1', 'left 1', 'par 1', 'seq 1', 'x 2', 'y 1']);
  });

  it('begins in one iteration', async () => {
    const each = `
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [p, q]
    tasks:${task('x', '      ')}${task('y', '      ')}${task('last')}`;
    const { again } = await replayFrom(each, 'y', 'p');
    expect(shown(again)).toEqual(['each 1', 'last 1', 'x[p] 1', 'x[q] 1', 'y[p] 2', 'y[q] 1']);
  });

  it('in a Dag runs what depends on it', async () => {
    const dag = `
tasks:
  - id: dag
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task: {id: a, type: io.kestra.plugin.core.debug.Return, format: x}
      - {task: {id: b, type: io.kestra.plugin.core.debug.Return, format: x}, dependsOn: [a]}
      - {task: {id: c, type: io.kestra.plugin.core.debug.Return, format: x}, dependsOn: [b]}
      - task: {id: d, type: io.kestra.plugin.core.debug.Return, format: x}`;
    const { again } = await replayFrom(dag, 'b');
    expect(again.state.current).toBe('SUCCESS');
    expect(shown(again)).toEqual(['a 1', 'b 2', 'c 1', 'd 1', 'dag 1']);
  });

  it('from the start has the same inputs', async () => {
    const first = await harness.run(
      `inputs: [{id: n, type: INT}]\ntasks:\n  - {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.n }}"}`,
      { n: '4' },
    );
    const driver = await harness.session.replay(first.id);
    const again = await harness.document((await driver?.ended)?.id ?? '');
    expect(again).toMatchObject({ originalId: first.id, state: { current: 'SUCCESS' } });
    expect(again.taskRunList[0]?.outputs).toEqual({ value: '4' });
  });

  it('needs an ended execution and one of its task runs', async () => {
    const first = await harness.run(`tasks:${task('a')}`);
    expect(await harness.session.replay(first.id, 'none')).toBeUndefined();
    expect(await harness.session.replay('none')).toBeUndefined();
  });
});
