import { describe, expect, test } from 'vitest';
import { cpuMs } from '../cpu-time.ts';
import { good, logTask, marked, places, read, withTasks } from './reading.ts';

describe('a file that holds no flow', () => {
  test.each([
    ['empty', '', '1:1 empty-file'],
    ['only comments', '# a\n# b\n', '1:1 empty-file'],
    ['a list at top', '- a\n- b\n', '1:1 not-a-flow'],
    ['a text', 'hello\n', '1:1 not-a-flow'],
  ])('%s', (_, text, place) => {
    expect(places(read(text))).toEqual([place]);
  });
});

describe('a flow', () => {
  test('is read with all its properties', () => {
    const flow = good(
      withTasks(
        `  - id: s
    type: io.kestra.plugin.core.flow.Sequential
    allowFailure: true
    tasks:
      - {id: a, type: io.kestra.plugin.core.log.Log, message: x, logLevel: WARN, runIf: "{{ true }}", timeout: PT5S}
    errors:
      - {id: e, type: io.kestra.plugin.core.log.Log, message: y, disabled: true}
`,
        `description: what it is
labels: {env: prod, n: 1}
variables: {x: [1, 1.0]}
inputs:
  - {id: name, type: STRING, defaults: 010, required: false, displayName: Name}
outputs:
  - {id: o, type: STRING, value: "{{ 1 }}"}
triggers:
  - {id: t, type: io.kestra.plugin.core.trigger.Schedule, cron: "@daily"}
concurrency: {limit: 2}
retry: {type: constant, interval: PT1S, maxAttempt: 3}
`,
      ),
    );
    expect(flow).toMatchObject({
      id: 't',
      namespace: 'company.team',
      revision: 1,
      labels: [
        { key: 'env', value: 'prod' },
        { key: 'n', value: '1' },
      ],
      inputs: [{ id: 'name', type: 'STRING', required: false, defaults: 8, properties: { displayName: 'Name' } }],
      outputs: [{ id: 'o', type: 'STRING', value: '{{ 1 }}', required: true }],
      retry: {
        type: 'constant',
        interval: 'PT1S',
        maxAttempts: 3,
        warningOnRetry: false,
        behavior: 'RETRY_FAILED_TASK',
      },
      disabled: false,
      unused: ['triggers'],
      concurrency: { limit: 2, behavior: 'QUEUE' },
    });
    expect(flow.tasks[0]).toMatchObject({
      type: 'io.kestra.plugin.core.flow.Sequential',
      allowFailure: true,
      branches: {
        tasks: [{ id: 'a', logLevel: 'WARN', runIf: '{{ true }}', timeout: 'PT5S', properties: { message: 'x' } }],
        errors: [{ id: 'e', disabled: true }],
      },
    });
  });

  test('several flows of one file are read, one name twice is refused', () => {
    const text = `${withTasks(logTask)}---\n${withTasks(logTask).replace('id: t', 'id: u')}`;
    expect(read(text).flows.map(flow => flow.id)).toEqual(['t', 'u']);
    expect(places(read(`${withTasks(logTask)}---\n${withTasks(logTask)}`))).toEqual(['6:5 duplicate-id']);
  });

  test('all errors of a document come at once, in the order of the text', () => {
    const text =
      'namespace: Company\nid: x\ntasks:\n  - id: a b\n    type: nope\n  - {id: l, type: io.kestra.plugin.core.log.Log, mesage: x}\nlabels: {system.x: 1}\n';
    expect(read(text).problems.map(({ position, code }) => `${position.line} ${code}`)).toEqual([
      '1 invalid-format',
      '5 unknown-type',
      '6 missing-property',
      '6 unknown-property',
      '7 invalid-label',
    ]);
  });
});

describe('scalars are read as their property wants them', () => {
  test('text is what the YAML means', () => {
    const flow = good(
      withTasks(`  - id: s
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [yes, 010]
    containerImage: 3.10
    env: {A: 1.10, B: on, C: 5, D: "6"}
`),
    );
    expect(flow.tasks[0]?.properties).toEqual({
      commands: ['true', '8'],
      containerImage: '3.1',
      env: { A: '1.1', B: 'true', C: '5', D: '6' },
    });
  });

  test('ids are text, too: of tasks, of a Dag and what depends on it, of triggers', () => {
    const log = 'type: io.kestra.plugin.core.log.Log, message: hi';
    const flow = good(withTasks(`  - {id: 12, ${log}}\n  - {id: yes, ${log}}\n`));
    expect(flow.tasks.map(({ id }) => id)).toEqual(['12', 'true']);
    expect(places(read(withTasks(`  - {id: 12, ${log}}\n  - {id: "12", ${log}}\n`)))).toEqual(['5:10 duplicate-id']);
    const dag = (on: string) => `  - id: d
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task: {id: 1, ${log}}
      - task: {id: 2, ${log}}
        dependsOn: [${on}]
`;
    expect(good(withTasks(dag('1'))).tasks[0]?.properties.dependsOn).toEqual({ '1': [], '2': ['1'] });
    expect(places(read(withTasks(dag('3'))))).toEqual(['9:21 unknown-task']);
    const trigger = '  - {id: 1, type: io.kestra.plugin.core.trigger.Schedule, cron: "@daily"}\n';
    expect(places(read(withTasks(logTask, `triggers:\n${trigger}${trigger}`)))).toContain('5:10 duplicate-id');
  });

  test('booleans and numbers may be quoted, yes is true, null is not there', () => {
    const flow = good(
      withTasks(`  - id: s
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [x]
    disabled: yes
    allowFailure: "true"
    outputDirectory: "false"
    env:
    timeout: 30
    retry: {type: constant, interval: 5, maxAttempts: "2"}
`),
    );
    expect(flow.tasks[0]).toMatchObject({
      disabled: true,
      allowFailure: true,
      timeout: 'PT30S',
      retry: { interval: 'PT5S', maxAttempts: 2 },
      properties: { outputDirectory: false },
    });
    expect(flow.tasks[0]?.properties).not.toHaveProperty('env');
  });

  test('an expression stands for any type', () => {
    good(
      withTasks(`  - id: s
    type: io.kestra.plugin.scripts.shell.Commands
    commands: "{{ inputs.list }}"
    outputDirectory: "{{ true }}"
    env: "{{ inputs.map }}"
    taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, pullPolicy: "{{ vars.p }}", volumes: "{{ [] }}"}
`),
    );
  });
});

describe('refused, with the place and what to do', () => {
  test.each([
    [
      'duplicate-id',
      `${logTask}  - {id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{id: ‸log, type: io.kestra.plugin.core.log.Log, message: x}]}\n`,
    ],
    ['unknown-type', '  - {id: a, type: ‸io.kestra.plugin.core.log.Lgo, message: x}\n'],
    ['not-built-yet', '  - {id: a, type: ‸io.kestra.plugin.core.kv.Set, key: x}\n'],
    ['not-built-yet', '  - {id: a, type: ‸io.kestra.core.tasks.states.Get}\n'],
    ['missing-property', '  - ‸{id: a}\n'],
    ['missing-property', '  - ‸{id: a, type: io.kestra.plugin.core.log.Log}\n'],
    ['missing-property', '  - {id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: ‸[]}\n'],
    ['invalid-value', '  - ‸{id: s, type: io.kestra.plugin.core.flow.Switch, value: x}\n'],
    [
      'invalid-value',
      '  - {id: w, type: io.kestra.plugin.core.flow.WorkingDirectory, tasks: [{id: p, type: ‸io.kestra.plugin.core.flow.Parallel, tasks: [{id: l, type: io.kestra.plugin.core.log.Log, message: x}]}]}\n',
    ],
    ['unknown-type', '  - {id: p, type: io.kestra.plugin.core.flow.Pause, onResume: [{id: x, type: ‸STRNG}]}\n'],
    ['recursive-flow', '  - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: ‸t}\n'],
    [
      'unknown-type',
      '  - {id: s, type: io.kestra.plugin.scripts.shell.Commands, commands: [x], taskRunner: {type: ‸io.kestra.plugin.core.runner.Proces}}\n',
    ],
    [
      'unknown-property',
      '  - {id: s, type: io.kestra.plugin.scripts.shell.Commands, commands: [x], taskRunner: {type: io.kestra.plugin.core.runner.Process, ‸cpu: 1}}\n',
    ],
    ['invalid-value', '  - {id: l, type: io.kestra.plugin.core.log.Log, message: x, retry: {type: ‸linear}}\n'],
    [
      'invalid-value',
      '  - {id: l, type: io.kestra.plugin.core.log.Log, message: x, retry: {type: constant, interval: ‸PT9S, maxDuration: PT5S}}\n',
    ],
    ['wrong-type', '  - {id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: ‸{a: 1}}\n'],
    ['wrong-type', '  - {id: l, type: io.kestra.plugin.core.log.Log, message: x, allowFailure: ‸maybe}\n'],
    [
      'invalid-value',
      '  - {id: l, type: io.kestra.plugin.core.log.Log, message: x, workerGroup: {key: g, fallback: ‸FALL}}\n',
    ],
    [
      'cycle',
      '  - {id: d, type: io.kestra.plugin.core.flow.Dag, tasks: [{task: {id: a, type: io.kestra.plugin.core.debug.Return}, dependsOn: [‸a]}]}\n',
    ],
    [
      'unknown-task',
      '  - {id: d, type: io.kestra.plugin.core.flow.Dag, tasks: [{task: {id: a, type: io.kestra.plugin.core.debug.Return}, dependsOn: [‸z]}]}\n',
    ],
    [
      'wrong-type',
      '  - {id: d, type: io.kestra.plugin.core.flow.Dag, tasks: [‸{id: a, type: io.kestra.plugin.core.debug.Return}]}\n',
    ],
  ])('%s at ‸ in %s', (code, tasks) => {
    const { text, place } = marked(withTasks(tasks));
    expect(places(read(text))).toEqual([`${place} ${code}`]);
  });

  test.each([
    ['invalid-value', 'triggers:\n  - {id: s, type: io.kestra.plugin.core.trigger.Schedule, cron: ‸"0 25 * * *"}\n'],
    ['unknown-type', 'triggers:\n  - {id: s, type: ‸io.kestra.plugin.core.trigger.Schedul, cron: "@daily"}\n'],
    [
      'unknown-type',
      'triggers:\n  - {id: s, type: io.kestra.plugin.core.trigger.Flow, conditions: [{type: ‸io.kestra.plugin.core.condition.Wekend}]}\n',
    ],
    ['out-of-range', 'concurrency: {limit: ‸0}\n'],
    ['invalid-value', 'sla:\n  - {id: a, type: ‸NOPE, behavior: FAIL}\n'],
    ['not-built-yet', '‸listeners: []\n'],
    ['invalid-label', 'labels: [‸{key: "", value: x}]\n'],
    [
      'cycle',
      'inputs:\n  - {id: a, type: STRING, dependsOn: ‸{inputs: [b]}}\n  - {id: b, type: STRING, dependsOn: {inputs: [a]}}\n',
    ],
    ['unknown-input', 'inputs:\n  - {id: a, type: STRING, dependsOn: {inputs: [‸b]}}\n'],
    ['invalid-value', 'inputs:\n  - {id: a, type: DURATION, min: ‸1h}\n'],
    ['invalid-value', 'inputs:\n  - {id: a, type: STRING, validator: ‸"("}\n'],
    ['invalid-value', 'inputs:\n  - {id: a, type: ARRAY, itemType: ‸ARRAY}\n'],
    ['duplicate-id', 'outputs:\n  - {id: a, type: STRING, value: x}\n  - {id: ‸a, type: STRING, value: y}\n'],
    ['missing-property', 'outputs:\n  - ‸{id: a, type: STRING}\n'],
    ['unknown-property', 'pluginDefaults:\n  - {type: io.kestra.plugin.core.log.Log, values: {‸bogus: 1}}\n'],
    ['missing-property', 'pluginDefaults:\n  - ‸{type: io.kestra.plugin.core.log.Log}\n'],
  ])('%s at ‸ in %s', (code, head) => {
    const { text, place } = marked(withTasks(logTask, head));
    expect(places(read(text))).toEqual([`${place} ${code}`]);
  });

  test('suggestions: types, properties, values', () => {
    const { problems } = read(
      withTasks(
        '  - {id: a, type: io.kestra.plugin.log.Log, message: x}\n  - {id: b, type: io.kestra.plugin.core.log.Log, mesage: x, message: x, level: INF}\n  - {id: c, type: io.kestra.plugin.scripts.shel.Commands}\n',
      ),
    );
    expect(problems.map(problem => problem.hint)).toEqual([
      'Did you mean io.kestra.plugin.core.log.Log?',
      'Did you mean "message"?',
      'Did you mean INFO?',
      'Did you mean io.kestra.plugin.scripts.shell.Commands?',
    ]);
  });
});

describe('warnings', () => {
  test('a timeout that will fail, a trigger of a plugin, taskDefaults', () => {
    const result = read(
      withTasks(
        '  - {id: l, type: io.kestra.plugin.core.log.Log, message: x, timeout: 10s}\n',
        'taskDefaults: []\ntriggers:\n  - {id: s, type: io.kestra.plugin.aws.s3.Trigger, bucket: x}\n',
      ),
    );
    expect(result.problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning old-name',
      'warning not-built-yet',
      'warning invalid-duration',
    ]);
    expect(result.flows[0]?.tasks[0]?.timeout).toBe('10s');
  });

  test('a template that does not parse', () => {
    const result = read(withTasks('  - {id: l, type: io.kestra.plugin.core.log.Log, message: "{{ a + }}"}\n'));
    expect(places(result)).toEqual(['4:59 template-syntax']);
    expect(result.flows).toHaveLength(1);
  });
});

describe('references with a dash', () => {
  const tasks = (expression: string) =>
    withTasks(
      `  - {id: my-task, type: io.kestra.plugin.core.debug.Return}\n  - {id: b, type: io.kestra.plugin.core.debug.Return, format: "${expression}"}\n`,
      'inputs: [{id: my-in, type: STRING}]\n',
    );
  test.each([
    ['{{ outputs.my-task.value }}', 1],
    ['x {{outputs.my-task.value | upper}}', 1],
    ['{{ inputs.my-in }}', 1],
    ["{{ outputs['my-task'].value }}", 0],
    ['{{ outputs.your-task.value }}', 0],
    ['outputs.my-task.value', 0],
  ])('%s', (expression, count) => {
    expect(read(tasks(expression)).problems.filter(({ code }) => code === 'dashed-reference')).toHaveLength(count);
  });
});

test('a flow of 1,000 tasks is read fast, wrong or right', () => {
  const one = (i: number) =>
    `  - id: task-${i}\n    type: io.kestra.plugin.core.log.Log\n    message: "hello {{ inputs.name }}"\n`;
  const text = withTasks(Array.from({ length: 1000 }, (_, i) => one(i)).join(''));
  expect(good(text).tasks).toHaveLength(1000);
  const took = cpuMs(() => expect(read(text.replaceAll('message', 'mesage')).problems).toHaveLength(2000));
  expect(took).toBeLessThan(1500);
});
