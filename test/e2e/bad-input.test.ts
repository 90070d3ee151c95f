/** Bad input is answered with one clear message and exit code 2; nothing is started, nothing is left. */
import { describe, expect, test } from 'vitest';
import { type Sandbox, useSandbox } from './sandbox.ts';
import { log, sh } from './tasks.ts';

const sandbox = useSandbox();

interface Refused {
  readonly error: { readonly code: string; readonly message: string };
  readonly violations: readonly {
    readonly path: string;
    readonly line?: number;
    readonly column?: number;
    readonly message: string;
  }[];
}

/** The command is refused, in words and as JSON, and says so without a stack trace. */
async function expectRefusal(args: readonly string[], message: RegExp): Promise<Refused> {
  const plain = await sandbox().run(args);
  expect(plain.err).toMatch(message);
  expect(plain.err).not.toMatch(/\n\s+at |fault of Windlass|undefined|\[object/);
  expect(plain.out).toBe('');
  expect(plain.code).toBe(2);
  const asJson = await sandbox().run([...args, '--json']);
  expect(asJson.code).toBe(2);
  const document = JSON.parse(asJson.out) as Refused;
  expect(document).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
  expect(document.violations).toBeInstanceOf(Array);
  return document;
}

const hello = { tasks: [log('a', 'hi')] };
const yaml = (text: string) => (box: Sandbox) => box.write('flow.yaml', text.replaceAll('NS', box.namespace));
const flow = (body: object) => (box: Sandbox) => box.flow(body);

const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]
g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]
id: bomb
namespace: NS
variables: {x: *g}
tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: hi}]
`;

describe('flows that are refused', () => {
  const cases: readonly [string, (box: Sandbox) => string, RegExp][] = [
    ['an empty file', yaml(''), /empty/i],
    ['only comments', yaml('# nothing\n'), /empty/i],
    ['not YAML', yaml('id: [a\ntasks: }\n'), /flow\.yaml:\d+:\d+/],
    ['a list instead of a flow', yaml('- a\n- b\n'), /map|object/i],
    ['binary', box => box.write('flow.yaml', Uint8Array.of(0xff, 0xfe, 0, 1, 2)), /UTF-8/],
    ['a folder', () => '.', /folder/],
    ['no such file', () => 'nowhere.yaml', /nowhere\.yaml.*no such file/],
    ['an alias bomb', yaml(bomb), /alias/i],
    ['a duplicate task id', flow({ tasks: [log('a', '1'), log('a', '2')] }), /[Dd]uplicate.*a/],
    ['a duplicate key', yaml('id: a\nid: b\nnamespace: NS\ntasks: []\n'), /id/],
    [
      'a duplicate input',
      flow({
        ...hello,
        inputs: [
          { id: 'x', type: 'INT' },
          { id: 'x', type: 'INT' },
        ],
      }),
      /[Dd]uplicate.*x/,
    ],
    ['an unknown type', flow({ tasks: [{ id: 'a', type: 'io.kestra.plugin.core.log.Lag' }] }), /Lag[\s\S]*log\.Log/],
    [
      'a type that is not built',
      flow({ tasks: [{ id: 'a', type: 'io.kestra.plugin.jdbc.sqlite.Query', sql: 'select 1', url: 'u' }] }),
      /sqlite\.Query/,
    ],
    ['an unknown property', flow({ tasks: [{ ...log('a', 'hi'), mesage: 'x' }] }), /mesage[\s\S]*message/],
    ['a wrong type', flow({ tasks: [{ ...sh('a', []), commands: { a: 1 } }] }), /commands/],
    ['a missing property', flow({ tasks: [{ id: 'a', type: 'io.kestra.plugin.scripts.shell.Commands' }] }), /commands/],
    ['no tasks', flow({ tasks: [] }), /tasks/],
    ['no id', yaml('namespace: NS\ntasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: hi}]\n'), /id/],
    ['a disabled flow', flow({ ...hello, disabled: true }), /disabled/],
  ];

  test.each(cases)('%s', async (_, write, message) => {
    await expectRefusal(['run', write(sandbox())], message);
  });

  test('every problem is told at once, with its place', async () => {
    const file = yaml(
      'id: a b\nnamespace: NS\ntasks:\n  - id: a\n    type: nope\n  - id: c\n    type: io.kestra.plugin.core.log.Log\n    massage: hi\n',
    )(sandbox());
    const { violations } = await expectRefusal(
      ['run', file],
      /flow\.yaml:1:5[\s\S]*flow\.yaml:5:11[\s\S]*flow\.yaml:8:5/,
    );
    expect(violations.map(({ line }) => line)).toEqual(expect.arrayContaining([1, 5, 8]));
    expect((await sandbox().run(['validate', file])).code).toBe(2);
  });
});

describe('inputs that are refused', () => {
  const inputs = [
    { id: 'count', type: 'INT' },
    { id: 'data', type: 'FILE', required: false },
  ];
  const cases: readonly [string, readonly string[], RegExp][] = [
    ['a missing one', [], /count/],
    ['one of the wrong type', ['-i', 'count=four'], /count.*four/],
    ['a file that is not there', ['-i', 'count=1', '-i', 'data=@nowhere.csv'], /nowhere\.csv/],
    ['one without a value', ['-i', 'count'], /key=value/],
  ];

  test.each(cases)('%s', async (_, args, message) => {
    await expectRefusal(['run', sandbox().flow({ ...hello, inputs }), ...args], message);
  });
});

describe('command lines that are refused', () => {
  const cases: readonly [string, readonly string[], RegExp][] = [
    ['a label without a value', ['run', 'flow.yaml', '--label', 'a'], /key:value/],
    ['a configuration that is not there', ['run', 'flow.yaml', '--config', 'nowhere.yaml'], /nowhere\.yaml/],
    [
      'a configuration that is not YAML',
      ['run', 'flow.yaml', '--config', 'bad.yaml'],
      /bad\.yaml:\d+:\d+: missing "]"/,
    ],
    ['secrets that cannot be read', ['run', 'flow.yaml', '--secrets', 'bad.env'], /^line 2 of the secrets file.*NAME=/],
    ['secrets that are not there', ['run', 'flow.yaml', '--secrets', 'nowhere.env'], /nowhere\.env/],
    ['a state folder that is a file', ['run', 'flow.yaml', '--state', 'bad.yaml'], /bad\.yaml/],
    [
      'looking into a state folder that is a file',
      ['list', '--state', 'bad.yaml'],
      /bad\.yaml cannot be used: not a dir/,
    ],
    ['an execution that is not there', ['resume', 'nosuch'], /nosuch/],
    [
      'watching where there is no folder',
      ['run', 'nowhere/flow.yaml', '--watch'],
      /nowhere cannot be watched: no such/,
    ],
    ['inputs for no execution', ['resume', '-i', 'a=b'], /windlass resume ID -i/],
    ['showing what is not there', ['show', 'nosuch'], /nosuch/],
    ['no flow', ['run'], /Give a flow/],
    ['an age that is none', ['clean', '--older', 'soon'], /soon/],
  ];

  test.each(cases)('%s', async (_, args, message) => {
    sandbox().flow(hello);
    sandbox().write('bad.yaml', 'a: [b\n');
    sandbox().write('bad.env', 'A=1\nB C\n');
    await expectRefusal(args, message);
  });

  const wrong: readonly [string, readonly string[]][] = [
    ['an unknown command', ['rum', 'flow.yaml']],
    ['an unknown option', ['run', 'flow.yaml', '--jsno']],
    ['a log level that is none', ['run', 'flow.yaml', '--log-level', 'loud']],
    ['two places for the state', ['run', 'flow.yaml', '--state', 's', '--ephemeral']],
    ['a variable without value as the state folder', ['run', 'flow.yaml', '--state', '']],
  ];

  test('no place for temporary folders', async () => {
    const { code, err } = await sandbox().run(['run', sandbox().flow(hello), '--ephemeral'], {
      env: { TMPDIR: '/nowhere' },
    });
    expect(err).toMatch(/^No temporary folder can be made in \/nowhere: .*TMPDIR/);
    expect(code).toBe(2);
  });

  test('a working folder that was removed', async () => {
    sandbox().flow(hello);
    const { code, err } = await sandbox().shell('mkdir gone; cd gone; rmdir ../gone; $WINDLASS run ../flow.yaml');
    expect(err).toMatch(/^The working folder is gone: change into one that is there\.$/m);
    expect(err).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });

  test.each(wrong)('%s', async (_, args) => {
    sandbox().flow(hello);
    const { code, out, err } = await sandbox().run(args);
    expect(err).toMatch(/^error: /);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});
