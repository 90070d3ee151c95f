/** Executions that wait for a time or for somebody. */
import { describe, expect, test } from 'vitest';
import { flow, loopUntil, parallel, pause, sequential, task } from './flows.ts';
import { attemptsOf, courseOf, history, logsOf, runOf, runsOf } from './shown.ts';
import { Simulation } from './simulation.ts';

describe('a Pause', () => {
  test('waits until it is resumed', () => {
    const simulation = new Simulation(flow([pause('p'), task('after')])).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED (main)');
    expect(history(runOf(simulation, 'p').state)).toBe('CREATED,RUNNING,PAUSED');
    simulation.resume({ why: 'ok' });
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RESTARTED,RUNNING,SUCCESS');
    expect(history(runOf(simulation, 'p').state)).toBe('CREATED,RUNNING,PAUSED,SUCCESS');
    expect(runOf(simulation, 'p').outputs).toEqual({
      onResume: { why: 'ok' },
      resumed: { on: expect.stringMatching(/Z$/), to: 'SUCCESS' },
    });
    expect(runsOf(simulation)).toEqual(['p SUCCESS', 'after SUCCESS']);
  });

  test.each([
    ['pauseDuration', undefined, 'SUCCESS', ['p SUCCESS', 'after SUCCESS']],
    ['delay', undefined, 'SUCCESS', ['p SUCCESS', 'after SUCCESS']],
    ['pauseDuration', 'WARN', 'WARNING', ['p WARNING', 'after SUCCESS']],
    ['pauseDuration', 'FAIL', 'FAILED', ['p FAILED']],
  ])('of a %s with behavior %s goes on as %s', (property, behavior, state, runs) => {
    const properties = { [property]: 'PT60S', ...(behavior && { behavior }) };
    const simulation = new Simulation(flow([pause('p', properties), task('after')]));
    const began = simulation.now;
    simulation.start();
    expect(simulation.now - began).toBe(60_000);
    expect(courseOf(simulation)).toBe(`CREATED,RUNNING,PAUSED,RESTARTED,RUNNING,${state}`);
    expect(runsOf(simulation)).toEqual(runs);
    expect(attemptsOf(simulation, 'p')).toBe(state);
    expect(runOf(simulation, 'p').outputs).toMatchObject({ resumed: { to: state } });
  });

  test.each([
    ['FAIL', { allowFailure: true }, 'FAILED'],
    ['WARN', { allowWarning: true }, 'WARNING'],
  ])('ends as its behavior %s says, whatever its flags allow', (behavior, flags, state) => {
    const paused = pause('p', { pauseDuration: 'PT1S', behavior }, flags);
    expect(courseOf(new Simulation(flow([paused])).start())).toBe(`CREATED,RUNNING,PAUSED,RESTARTED,RUNNING,${state}`);
  });

  test('with a timeout that is allowed to fail warns', () => {
    const paused = pause('p', {}, { timeout: 'PT1S', allowFailure: true });
    const simulation = new Simulation(flow([paused, task('after')])).start();
    expect(runsOf(simulation)).toEqual(['p WARNING', 'after SUCCESS']);
    expect(runOf(simulation, 'p').outputs).toMatchObject({ resumed: { to: 'WARNING' } });
  });

  test('that is killed tells so in its outputs', () => {
    const simulation = new Simulation(flow([pause('p')])).start().kill();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RESTARTED,KILLING,KILLED');
    expect(runOf(simulation, 'p').outputs).toEqual({ resumed: { on: expect.stringMatching(/Z$/), to: 'KILLING' } });
  });

  test('with behavior CANCEL ends the execution at once, its parents too', () => {
    const properties = { pauseDuration: 'PT1S', behavior: 'CANCEL' };
    const simulation = new Simulation(flow([sequential('s', [pause('p', properties)]), task('after')])).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,CANCELLED');
    expect(runsOf(simulation)).toEqual(['s CANCELLED', 'p CANCELLED']);
  });

  test('with a timeout and no duration fails', () => {
    const simulation = new Simulation(flow([pause('p', {}, { timeout: 'PT1S' }), task('after')])).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RESTARTED,RUNNING,FAILED');
    expect(runOf(simulation, 'p').outputs).toMatchObject({ resumed: { to: 'FAILED' } });
  });

  test('resumed before its time is not resumed again by its timer', () => {
    const simulation = new Simulation(flow([pause('p', { pauseDuration: 'PT60S' }), task('slow')]), {
      tasks: { slow: 'hangs' },
    });
    simulation.take({ type: 'start', at: simulation.now });
    while (simulation.execution.state.current !== 'PAUSED') simulation.step();
    simulation.take({ type: 'resume', at: simulation.now });
    expect([...simulation.pending.values()].filter(({ type }) => type === 'timer')).toEqual([]);
  });

  test('with tasks runs them when it goes on', () => {
    const simulation = new Simulation(flow([pause('p', {}, { tasks: [task('a')] })])).start().resume();
    expect(history(runOf(simulation, 'p').state)).toBe('CREATED,RUNNING,PAUSED,RUNNING,SUCCESS');
    expect(runsOf(simulation)).toEqual(['p SUCCESS', 'a SUCCESS']);
  });

  test('with onPause runs that task while it is paused', () => {
    const simulation = new Simulation(flow([pause('p', {}, { onPause: task('tell') }), task('after')])).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED (main)');
    expect(runsOf(simulation)).toEqual(['p PAUSED', 'tell SUCCESS']);
    simulation.resume();
    expect(runsOf(simulation)).toEqual(['p SUCCESS', 'tell SUCCESS', 'after SUCCESS']);
  });

  test('whose onPause task failed fails when it goes on', () => {
    const extras = { onPause: task('tell'), tasks: [task('a')] };
    const world = { tasks: { tell: 'FAILED' } } as const;
    const simulation = new Simulation(flow([pause('p', {}, extras), task('after')]), world).start();
    expect(runsOf(simulation)).toEqual(['p PAUSED', 'tell FAILED']);
    simulation.resume();
    expect(runsOf(simulation)).toEqual(['p FAILED', 'tell FAILED']);
  });

  test('waits for its onPause task when its time is over before', () => {
    const properties = { pauseDuration: 'PT1S', behavior: 'WARN' };
    const world = { tasks: { tell: 'hangs' } } as const;
    const simulation = new Simulation(flow([pause('p', properties, { onPause: task('tell') })]), world).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RESTARTED,RUNNING (main)');
    simulation.take({ type: 'kill', at: simulation.now });
    expect(courseOf(simulation.settle())).toMatch(/KILLED$/);
  });

  test('fails with a message on a duration that is none', () => {
    const simulation = new Simulation(flow([pause('p', { pauseDuration: '10s' })])).start();
    expect(runsOf(simulation)).toEqual(['p FAILED']);
    expect(logsOf(simulation).join()).toContain('10s');
  });
});

describe('pauses at the same time', () => {
  test('are all resumed by one word', () => {
    const simulation = new Simulation(flow([parallel('q', [pause('p'), pause('r')])])).start().resume();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RESTARTED,RUNNING,SUCCESS');
  });

  test('one by one leave the execution paused, so that the others can be resumed', () => {
    const simulation = new Simulation(flow([parallel('q', [pause('p', { delay: 'PT1S' }), pause('r')])])).start();
    expect(runsOf(simulation)).toEqual(['q RUNNING', 'p SUCCESS', 'r PAUSED']);
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RESTARTED,RUNNING,PAUSED (main)');
    expect(courseOf(simulation.resume())).toMatch(/PAUSED,RESTARTED,RUNNING,SUCCESS$/);
  });

  test('and a loop leave the execution paused between its iterations', () => {
    const loop = loopUntil('lu', 'false', [task('r')], { checkFrequency: { maxIterations: 2 } });
    const simulation = new Simulation(flow([parallel('q', [pause('p'), loop])])).start();
    expect(simulation.execution.state.current).toBe('PAUSED');
    expect(runsOf(simulation.resume())[0]).toBe('q SUCCESS');
  });
});
