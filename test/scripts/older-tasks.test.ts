/** io.kestra.core.tasks.scripts.*: flows of years ago run as they are. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerUnderTest, testHost, testImage } from '../docker/engine.ts';
import { FlowHarness, outputsOf, saidBy } from '../tasks/flow-harness.ts';

const engine = await dockerUnderTest();

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness({ ...process.env, DOCKER_HOST: testHost });
});
afterEach(() => harness.close());

const textOf = (uri: unknown) => harness.workspace.storage.getText(String(uri));

describe('io.kestra.core.tasks.scripts.Bash', () => {
  it('runs as a local process, with its files under their names', async () => {
    const ended = await harness.run(`
tasks:
  - id: make
    type: io.kestra.core.tasks.scripts.Bash
    inputFiles:
      script.sh: echo {{ workingDir }}
    outputFiles: [first, second]
    outputDirs: [many]
    commands:
      - /bin/sh script.sh | grep -c "$PWD"
      - echo "1" >> {{ outputFiles.first }}
      - test -f {{ temp.second }}
      - echo "2" > {{ outputDirs.many }}/a.txt
      - 'echo ''::{"outputs":{"x":{{ 1 + 1 }}}}::'''
  - id: read
    type: io.kestra.core.tasks.scripts.Bash
    env: {WHO: "{{ outputs.make.vars.x }}"}
    inputFiles:
      data.csv: "{{ outputs.make.outputFiles.first }}"
    commands: ["cat data.csv; echo $WHO"]
`);
    expect(ended.state.current).toBe('SUCCESS');
    expect(saidBy(ended, 'make')).toEqual(['INFO 1']);
    const { outputFiles, files, exitCode } = outputsOf(ended, 'make') as Record<string, Record<string, string>>;
    expect([exitCode, files]).toEqual([0, outputFiles]);
    expect(Object.keys(outputFiles ?? {}).sort()).toEqual(['first', 'many/a.txt', 'second']);
    expect([await textOf(outputFiles?.first), await textOf(outputFiles?.second)]).toEqual(['1\n', '']);
    expect(saidBy(ended, 'read')).toEqual(['INFO 1', 'INFO 2']);
    expect(outputsOf(ended, 'make')).toMatchObject({ stdOutLineCount: 2, stdErrLineCount: 0 });
  });

  it('says how many lines it wrote on which stream', async () => {
    const ended = await harness.run(`
tasks:
  - {id: talk, type: io.kestra.core.tasks.scripts.Bash, commands: [echo a; echo b, 'echo ''::{"outputs":{}}:: '' >&2', seq 500 >&2]}
  - {id: told, type: io.kestra.core.tasks.scripts.Bash, commands: ["echo {{ outputs.talk.stdOutLineCount }} {{ outputs.talk.stdErrLineCount }}"]}
`);
    expect(saidBy(ended, 'told')).toEqual(['INFO 2 501']);
  });

  it('ends at the first failure unless exitOnFailed says otherwise, and takes another interpreter', async () => {
    const ended = await harness.run(`
tasks:
  - {id: more, type: io.kestra.core.tasks.scripts.Bash, exitOnFailed: false, commands: ["false", echo goes on]}
  - {id: other, type: io.kestra.core.tasks.scripts.Bash, exitOnFailed: false, interpreter: perl, interpreterArgs: [-e], commands: ['print "from perl\\n";']}
  - {id: stop, type: io.kestra.core.tasks.scripts.Bash, commands: ["exit 4", echo never]}
`);
    expect([saidBy(ended, 'more'), saidBy(ended, 'other')]).toEqual([['INFO goes on'], ['INFO from perl']]);
    expect(ended.state.current).toBe('FAILED');
    expect(outputsOf(ended, 'stop').exitCode).toBe(4);
  });

  it.skipIf('unavailable' in engine)('runs in a container with dockerOptions', async () => {
    const ended = await harness.run(`
tasks:
  - id: in
    type: io.kestra.core.tasks.scripts.Bash
    runner: DOCKER
    dockerOptions: {image: "${testImage}", pullPolicy: NEVER}
    outputFiles: [first]
    commands:
      - ls /bin/busybox
      - echo inside > {{ outputFiles.first }}
`);
    expect([ended.state.current, saidBy(ended, 'in')]).toEqual(['SUCCESS', ['INFO /bin/busybox']]);
    expect(await textOf((outputsOf(ended, 'in').outputFiles as Record<string, string>).first)).toBe('inside\n');
  });

  it.each([
    ['commands: []', 'not a flow that can run'],
    ['env: {A: b}', 'not a flow that can run'],
    ['commands: [x]\n    outputFiles: [../a]', '"../a"'],
  ])('says what is wrong: %j', async (properties, said) => {
    const text = `tasks:\n  - id: t\n    type: io.kestra.core.tasks.scripts.Bash\n    ${properties}`;
    const outcome = await harness.run(`\n${text}\n`).then(
      ended => saidBy(ended, 't').join('\n'),
      (error: Error) => error.message,
    );
    expect(outcome).toContain(said);
    expect(outcome).not.toMatch(/\n\s+at /);
  });
});

describe('io.kestra.core.tasks.scripts.Node', () => {
  it('runs main.js with its arguments and the helper beside it', async () => {
    const ended = await harness.run(`
tasks:
  - id: node
    type: io.kestra.core.tasks.scripts.Node
    inputFiles:
      main.js: |
        const Kestra = require('./kestra');
        const status = JSON.parse(require('fs').readFileSync(process.argv[2], 'utf-8')).status;
        Kestra.outputs({ status, own: require('./mymodule').value });
        Kestra.counter('count', 1, { tag1: 'i' });
        Kestra.timer('timer1', done => setTimeout(done, 50));
        Kestra.timer('timer2', 2.12);
      data.json: |
        {"status": "OK"}
      mymodule.js: module.exports.value = 'hello world'
    args: [data.json]
`);
    expect(ended.state.current).toBe('SUCCESS');
    expect(outputsOf(ended, 'node').vars).toEqual({ status: 'OK', own: 'hello world' });
    const [count, slow, fast] = ['count', 'timer1', 'timer2'].map(name => ended.metrics.find(one => one.name === name));
    expect(count).toMatchObject({ type: 'counter', value: 1, tags: { tag1: 'i' } });
    expect(slow?.value).toBeGreaterThanOrEqual(45);
    expect(fast?.value).toBe(2120);
  });

  it('installs what package.json names, and needs a main.js', async () => {
    const ended = await harness.run(`
tasks:
  - id: node
    type: io.kestra.core.tasks.scripts.Node
    allowFailure: true
    inputFiles:
      main.js: console.log(require('./node_modules/own').value)
      own/package.json: '{"name": "own", "version": "1.0.0"}'
      own/index.js: module.exports.value = 'installed'
      package.json: '{"dependencies": {"own": "file:./own"}}'
  - id: none
    type: io.kestra.core.tasks.scripts.Node
    inputFiles: {other.js: ""}
`);
    expect(saidBy(ended, 'node')).toContain('INFO installed');
    expect(saidBy(ended, 'none').join()).toContain('inputFiles must have a file main.js');
  });
});

describe('io.kestra.core.tasks.scripts.Python', () => {
  it('runs main.py in an environment of its own, with the helper beside it', async () => {
    const ended = await harness.run(`
tasks:
  - id: python
    type: io.kestra.core.tasks.scripts.Python
    inputFiles:
      data.json: |
        {"status": "OK"}
      main.py: |
        from kestra import Kestra
        import json, os, sys
        result = json.loads(open(sys.argv[1]).read())
        print(f"python script {result['status']}", sys.prefix == os.getcwd())
        Kestra.outputs({'status': result['status']})
        Kestra.counter('count', 1, {'tag1': 'i'})
        Kestra.timer('timer1', lambda: None)
        Kestra.timer('timer2', 2.12, {'tag1': 'i'})
    args: [data.json]
`);
    expect([ended.state.current, saidBy(ended, 'python')]).toEqual(['SUCCESS', ['INFO python script OK True']]);
    expect(outputsOf(ended, 'python').vars).toEqual({ status: 'OK' });
    expect(ended.metrics.map(({ name, type }) => [name, type])).toEqual([
      ['count', 'counter'],
      ['timer1', 'timer'],
      ['timer2', 'timer'],
    ]);
  }, 60_000);

  it('installs its requirements before it runs', async () => {
    // A package that another task makes: nothing is downloaded.
    const wheel = 'own-1.0-py3-none-any.whl';
    const ended = await harness.run(`
tasks:
  - id: make
    type: io.kestra.core.tasks.scripts.Python
    virtualEnv: false
    outputFiles: [${wheel}]
    commands: ["python3 main.py '{{ outputFiles['${wheel}'] }}'"]
    inputFiles:
      main.py: |
        import sys, zipfile
        with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
            wheel.writestr('own.py', 'value = "installed"')
            wheel.writestr('own-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: own\\nVersion: 1.0\\n')
            wheel.writestr('own-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
            wheel.writestr('own-1.0.dist-info/RECORD', '')
  - id: use
    type: io.kestra.core.tasks.scripts.Python
    env: {PIP_NO_INDEX: "1", PIP_DISABLE_PIP_VERSION_CHECK: "1"}
    requirements: [./${wheel}]
    inputFiles:
      ${wheel}: "{{ outputs.make.outputFiles['${wheel}'] }}"
      main.py: import own, sys; print(own.value, *sys.argv[1:])
    args: [a, b]
`);
    expect([saidBy(ended, 'make'), saidBy(ended, 'use')]).toEqual([[], ['INFO installed a b']]);
  }, 60_000);

  it('runs own commands without an environment, and needs a main.py otherwise', async () => {
    const ended = await harness.run(`
tasks:
  - id: own
    type: io.kestra.core.tasks.scripts.Python
    virtualEnv: false
    commands: [python3 -c 'print("own")']
  - {id: none, type: io.kestra.core.tasks.scripts.Python}
`);
    expect(saidBy(ended, 'own')).toEqual(['INFO own']);
    expect(saidBy(ended, 'none').join()).toContain('inputFiles must have a file main.py');
  });
});
