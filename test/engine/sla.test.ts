/** What a flow promises, and what keeps an execution from starting. */
import { describe, expect, test } from 'vitest';
import type { Sla } from '../../src/model/flow.ts';
import { flow, sequential, task } from './flows.ts';
import { courseOf, logsOf, runsOf } from './shown.ts';
import { Simulation } from './simulation.ts';

const promise = (rest: Partial<Sla>): Sla => ({
  id: 's',
  type: 'EXECUTION_ASSERTION',
  behavior: 'FAIL',
  labels: [{ key: 'sla', value: 'miss' }],
  ...rest,
});

describe('a promise', () => {
  test.each([
    ['FAIL', 'CREATED,RUNNING,FAILED', ['q KILLED', 'slow KILLED']],
    ['CANCEL', 'CREATED,RUNNING,CANCELLED', ['q KILLED', 'slow KILLED']],
  ] as const)('of a longest duration that is broken: %s', (behavior, course, runs) => {
    const sla = [promise({ type: 'MAX_DURATION', duration: 'PT5S', behavior })];
    const tasks = [sequential('q', [task('slow'), task('never')])];
    const simulation = new Simulation(flow(tasks, { sla }), { tasks: { slow: 'hangs' } }).start();
    expect(courseOf(simulation)).toBe(course);
    expect(runsOf(simulation)).toEqual(runs);
    expect(simulation.execution.labels).toEqual([{ key: 'sla', value: 'miss' }]);
  });

  test('that only labels lets the execution go on, and says it once', () => {
    const sla = [promise({ behavior: 'NONE', assert: 'false' })];
    const simulation = new Simulation(flow([task('a'), task('b')], { sla })).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
    expect(simulation.execution.labels).toEqual([{ key: 'sla', value: 'miss' }]);
    expect(logsOf(simulation)).toEqual([expect.stringMatching(/^WARN -: The SLA 's' is violated/)]);
  });

  test('is not looked at any more once the execution is killed', () => {
    const sla = [promise({ assert: 'true' })];
    const simulation = new Simulation(flow([sequential('q', [task('slow')])], { sla }), { tasks: { slow: 'hangs' } });
    const decided = simulation.start().decisions.length;
    simulation.kill();
    const asked = simulation.decisions.slice(decided).flatMap(({ effects }) => effects.map(({ type }) => type));
    expect(asked).toEqual(['cancel']);
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,KILLING,KILLED');
  });
});

describe('an execution that may not run yet', () => {
  test('is queued until it is started', () => {
    const simulation = new Simulation(flow([task('a')]));
    simulation.take({ type: 'queue', at: simulation.now }, { type: 'queue', at: simulation.now });
    expect(courseOf(simulation)).toBe('CREATED,QUEUED (created)');
    expect(courseOf(simulation.start())).toBe('CREATED,QUEUED,RUNNING,SUCCESS');
  });

  test('can be killed while it is queued', () => {
    const simulation = new Simulation(flow([task('a')]));
    simulation.take({ type: 'queue', at: simulation.now });
    expect(courseOf(simulation.kill())).toBe('CREATED,QUEUED,KILLING,KILLED');
  });

  test.each(['FAILED', 'CANCELLED'] as const)('ends %s when it is refused', state => {
    const simulation = new Simulation(flow([task('a')]));
    simulation.take({ type: 'refuse', at: simulation.now, state, message: 'one runs already' });
    simulation.take({ type: 'start', at: simulation.now });
    expect(courseOf(simulation)).toBe(`CREATED,${state}`);
    expect(logsOf(simulation)).toEqual(['ERROR -: one runs already']);
  });
});
