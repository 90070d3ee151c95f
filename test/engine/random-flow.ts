/** Random flows: all flowables nested to some depth, with flags, retries, errors and finally tasks. */
import fc from 'fast-check';
import type { Flow, Sla, Task } from '../../src/model/flow.ts';
import {
  allowFailure,
  dag,
  exit,
  flow,
  forEach,
  ifTask,
  labels,
  loopUntil,
  parallel,
  pause,
  retry,
  sequential,
  subflow,
  switchTask,
  task,
  workingDirectory,
} from './flows.ts';

/** A task without its id: ids are given when the flow is built, so that they are unique and stay when it shrinks. */
type Plan = (ids: Ids) => Task;

/** Counts the tasks of a flow. */
interface Ids {
  next(kind: string): string;
}

const flags = fc.record(
  {
    runIf: fc.constantFrom('true', 'false', '{{ maybe }}', '{{ nope }}'),
    disabled: fc.constant(true),
    allowFailure: fc.boolean(),
    allowWarning: fc.boolean(),
    retry: fc
      .record({
        type: fc.constantFrom('constant', 'exponential', 'random'),
        interval: fc.constantFrom('PT0S', 'PT1S', 'PT10S'),
        minInterval: fc.constant('PT1S'),
        maxInterval: fc.constant('PT5S'),
        maxAttempts: fc.integer({ min: 1, max: 3 }),
        warningOnRetry: fc.boolean(),
      })
      .map(retry),
  },
  { requiredKeys: [] },
);

/** Most tasks have no flags; with all of them likely, most of a flow would be skipped. */
const someFlags = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: flags });

const leaf: fc.Arbitrary<Plan> = fc.oneof(
  {
    weight: 12,
    arbitrary: someFlags.map(
      (its): Plan =>
        ids =>
          task(ids.next('t'), its),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(undefined, 'WARNING', 'FAILED', 'KILLED', 'CANCELED', 'NONSENSE').map(
      (state): Plan =>
        ids =>
          exit(ids.next('exit'), state),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Plan>(ids => labels(ids.next('labels'), { k: 'v' })) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.boolean(), fc.boolean(), someFlags).map(
      ([wait, transmitFailed, its]): Plan =>
        ids =>
          subflow(ids.next('sub'), { wait, transmitFailed }, its),
    ),
  },
);

const { plan } = fc.letrec<{ plan: Plan }>(tie => {
  const list = (minLength: number, maxLength = 3) =>
    fc.array(tie('plan'), { minLength, maxLength, depthIdentifier: 'flow' }).map(plans => (ids: Ids) => {
      return plans.map(each => each(ids));
    });
  const extras = fc
    .record({ its: someFlags, errors: fc.option(list(1, 2)), last: fc.option(list(1, 2)) })
    .map(({ its, errors, last }) => (ids: Ids) => ({
      ...its,
      ...(errors && { errors: errors(ids) }),
      ...(last && { finally: last(ids) }),
    }));
  const limit = fc.integer({ min: 0, max: 2 });
  const flowable = fc.oneof(
    fc.tuple(list(0), extras).map(
      ([tasks, more]): Plan =>
        ids =>
          sequential(ids.next('seq'), tasks(ids), more(ids)),
    ),
    fc.tuple(list(1), extras).map(
      ([tasks, more]): Plan =>
        ids =>
          allowFailure(ids.next('af'), tasks(ids), more(ids)),
    ),
    fc.tuple(list(1), extras).map(
      ([tasks, more]): Plan =>
        ids =>
          workingDirectory(ids.next('wd'), tasks(ids), more(ids)),
    ),
    fc.tuple(list(1, 4), extras, limit).map(
      ([tasks, more, concurrent]): Plan =>
        ids => {
          return parallel(ids.next('par'), tasks(ids), { ...more(ids), concurrent });
        },
    ),
    fc
      .tuple(list(1), extras, limit, fc.constantFrom(['a', 'b', 'c'], [], '[1, 2, 2]', [1, 2.5], '{{ nope }}', ['']))
      .map(
        ([tasks, more, concurrencyLimit, values]): Plan =>
          ids => {
            return forEach(ids.next('each'), values, tasks(ids), { ...more(ids), concurrencyLimit });
          },
      ),
    fc.tuple(list(1), fc.option(list(1)), extras, fc.constantFrom('true', 'false', '{{ maybe }}', '{{ nope }}')).map(
      ([then, otherwise, more, condition]): Plan =>
        ids => {
          return ifTask(ids.next('if'), condition, then(ids), otherwise?.(ids), more(ids));
        },
    ),
    fc.tuple(list(1), fc.option(list(1)), extras, fc.constantFrom('x', 'y')).map(
      ([chosen, defaults, more, value]): Plan =>
        ids => {
          return switchTask(ids.next('switch'), value, { x: chosen(ids) }, defaults?.(ids), more(ids));
        },
    ),
    fc.tuple(list(1, 4), extras, limit, fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 4 })).map(
      ([tasks, more, concurrent, edges]): Plan =>
        ids => {
          const built = tasks(ids);
          const dependsOn: Record<string, string[]> = {};
          for (const [from, to] of edges) {
            const [a, b] = [built[Math.min(from, to)], built[Math.max(from, to)]];
            // Always on an earlier one, so that there is no circle; the order in the list is another matter.
            if (a && b && a !== b) dependsOn[b.id] = [...(dependsOn[b.id] ?? []), a.id];
          }
          return dag(ids.next('dag'), built.toReversed(), dependsOn, { ...more(ids), concurrent });
        },
    ),
    fc.tuple(list(1), extras, fc.constantFrom('true', 'false', '{{ maybe }}', '{{ nope }}'), fc.boolean()).map(
      ([tasks, more, condition, failOnMaxReached]): Plan =>
        ids => {
          const checkFrequency = { interval: 'PT2S', maxIterations: 2 };
          return loopUntil(ids.next('loop'), condition, tasks(ids), { ...more(ids), checkFrequency, failOnMaxReached });
        },
    ),
    fc
      .tuple(
        fc.constantFrom({}, { delay: 'PT1S' }, { pauseDuration: 'soon' }),
        fc.constantFrom('RESUME', 'WARN', 'FAIL', 'CANCEL'),
        fc.option(list(1)),
        extras,
      )
      .map(
        ([duration, behavior, tasks, more]): Plan =>
          ids => {
            return pause(
              ids.next('pause'),
              { ...duration, behavior },
              { ...more(ids), ...(tasks && { tasks: tasks(ids) }) },
            );
          },
      ),
  );
  return { plan: fc.oneof({ maxDepth: 4, depthIdentifier: 'flow' }, leaf, flowable) };
});

const slas: fc.Arbitrary<readonly Sla[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom('MAX_DURATION', 'EXECUTION_ASSERTION'),
      behavior: fc.constantFrom('FAIL', 'CANCEL', 'NONE'),
      assert: fc.constantFrom('true', '{{ maybe }}', '{{ nope }}'),
      duration: fc.constantFrom('PT3S', 'P1D'),
    }),
    { maxLength: 2 },
  )
  .map(list =>
    list.map((sla, index) => ({ ...sla, id: `sla${index}`, labels: [{ key: `sla${index}`, value: 'miss' }] })),
  );

const plans = (minLength: number, maxLength: number) => fc.array(plan, { minLength, maxLength });

export const anyFlow: fc.Arbitrary<Flow> = fc
  .record({
    tasks: plans(1, 4),
    errors: plans(0, 2),
    last: plans(0, 2),
    after: plans(0, 2),
    outputs: fc.boolean(),
    retry: fc.option(fc.constant(retry({ maxAttempts: 2 }))),
    sla: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: slas }),
  })
  .map(given => {
    let count = 0;
    const ids: Ids = { next: kind => `${kind}${++count}` };
    const build = (list: readonly Plan[]) => list.map(each => each(ids));
    return flow(build(given.tasks), {
      errors: build(given.errors),
      finally: build(given.last),
      afterExecution: build(given.after),
      outputs: given.outputs ? [{ id: 'o', value: 'x', required: true }] : [],
      ...(given.sla.length > 0 && { sla: given.sla }),
      ...(given.retry && { retry: given.retry }),
    });
  });
