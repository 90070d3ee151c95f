/** Tasks that end the execution before its last task. */
import { describe, expect, test } from 'vitest';
import {
  exit,
  flow,
  forEach,
  loopUntil,
  parallel,
  pause,
  sequential,
  subflow,
  task,
  workingDirectory,
} from './flows.ts';
import { attemptsOf, courseOf, history, logsOf, runOf, runsOf } from './shown.ts';
import { Simulation } from './simulation.ts';

const states = [
  [undefined, 'SUCCESS'],
  ['WARNING', 'WARNING'],
  ['FAILED', 'FAILED'],
  ['KILLED', 'KILLED'],
  ['CANCELED', 'CANCELLED'],
] as const;

describe('Exit', () => {
  test.each(states)('of state %s ends the execution as %s', (given, state) => {
    const rest = { errors: [task('e')], finally: [task('f')], afterExecution: [task('x')] };
    const simulation = new Simulation(flow([task('a'), exit('ex', given), task('b')], rest)).start();
    expect(courseOf(simulation)).toBe(`CREATED,RUNNING,${state}`);
    expect(runsOf(simulation)).toEqual(['a SUCCESS', `ex ${state}`, 'x SUCCESS']);
    expect(history(runOf(simulation, 'ex').state)).toBe(`CREATED,${state}`);
    expect(attemptsOf(simulation, 'ex')).toBe(state);
  });

  test.each(states)('of state %s ends its parents as %s', (given, state) => {
    const inner = sequential('t', [exit('ex', given), task('b')], { errors: [task('e')], finally: [task('f')] });
    const simulation = new Simulation(flow([sequential('s', [inner, task('c')]), task('d')])).start();
    expect(courseOf(simulation)).toBe(`CREATED,RUNNING,${state}`);
    expect(runsOf(simulation)).toEqual([`s ${state}`, `t ${state}`, `ex ${state}`]);
    expect(attemptsOf(simulation, 't')).toBe('RUNNING');
  });

  test('cancels what runs beside it, and the execution ends when that has', () => {
    const simulation = new Simulation(flow([parallel('p', [task('slow'), sequential('s', [exit('ex')])])]), {
      tasks: { slow: 'hangs' },
    });
    simulation.take({ type: 'start', at: simulation.now });
    while (![...simulation.pending.keys()].some(key => key.startsWith('cancel:'))) simulation.step();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING (main)');
    expect(courseOf(simulation.settle())).toBe('CREATED,RUNNING,SUCCESS');
    expect(runsOf(simulation)).toEqual(['p SUCCESS', 'slow KILLED', 's SUCCESS', 'ex SUCCESS']);
  });

  test('takes back what is waited for beside it', () => {
    const loop = loopUntil('lu', 'false', [task('r')], { checkFrequency: { interval: 'PT1H' } });
    const beside = [pause('w', { delay: 'P1D' }), loop, sequential('s', [pause('v', { delay: 'PT1S' }), exit('ex')])];
    const simulation = new Simulation(flow([parallel('p', beside)])).start();
    expect(runsOf(simulation).filter(text => /KILLED/.test(text))).toEqual(['w KILLED', 'lu KILLED']);
    expect(simulation.execution.phase).toBe('ended');
  });

  test('kills a subflow beside it', () => {
    const simulation = new Simulation(
      flow([parallel('p', [subflow('sub'), sequential('s', [task('a'), exit('ex')])])]),
      {
        subflows: { sub: 'hangs' },
      },
    ).start();
    expect(simulation.decisions.flatMap(({ effects }) => effects.map(({ type }) => type))).toContain('kill-child');
    expect(runsOf(simulation)).toContain('sub KILLED');
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
  });

  test('within a working directory has it closed', () => {
    const simulation = new Simulation(flow([workingDirectory('wd', [exit('ex', 'WARNING')])])).start();
    expect(simulation.emitted).toContain(`close:${runOf(simulation, 'wd').id}`);
    expect(runsOf(simulation)).toEqual(['wd WARNING', 'ex WARNING']);
  });

  test('within a loop or a ForEach ends them', () => {
    const each = forEach('fe', ['a', 'b'], [task('r'), exit('ex'), task('never')]);
    const simulation = new Simulation(flow([loopUntil('lu', 'false', [each])])).start();
    expect(runsOf(simulation)).toEqual(['lu SUCCESS', 'fe SUCCESS', 'r[a] SUCCESS', 'ex[a] SUCCESS']);
  });

  test('among the errors or finally tasks decides the state', () => {
    const world = { tasks: { boom: 'FAILED' } } as const;
    const errors = new Simulation(flow([task('boom')], { errors: [exit('ex', 'WARNING'), task('e')] }), world).start();
    expect(courseOf(errors)).toBe('CREATED,RUNNING,WARNING');
    expect(runsOf(errors)).toEqual(['boom FAILED', 'ex WARNING']);
    const last = new Simulation(flow([task('a')], { finally: [exit('ex', 'FAILED'), task('f')] })).start();
    expect(courseOf(last)).toBe('CREATED,RUNNING,FAILED');
  });

  test('after the execution ends what is left there, and changes no state', () => {
    const after = [parallel('p', [task('slow'), exit('ex', 'FAILED')]), task('never')];
    const simulation = new Simulation(flow([task('a')], { afterExecution: after }), {
      tasks: { slow: 'hangs' },
    }).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
    expect(runsOf(simulation)).toEqual(['a SUCCESS', 'p FAILED', 'slow KILLED', 'ex FAILED']);
  });

  test('leaves the outputs of the flow out', () => {
    const outputs = [{ id: 'o', value: 'x', required: true }];
    const world = { outputs: { ok: true, value: { o: 'x' } } } as const;
    const simulation = new Simulation(flow([exit('ex', 'WARNING')], { outputs }), world).start();
    expect(simulation.execution.outputs).toBeUndefined();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,WARNING');
  });

  test('of a state that is none fails, and says which there are', () => {
    const simulation = new Simulation(flow([exit('ex', 'DONE')])).start();
    expect(runsOf(simulation)).toEqual(['ex FAILED']);
    expect(logsOf(simulation).join()).toMatch(/'DONE'.*SUCCESS, WARNING, FAILED, KILLED, CANCELED/);
  });
});
