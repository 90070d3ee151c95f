/** Secrets come from the environment or a file, and are masked wherever something is shown or stored as text. */
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useSandbox } from './sandbox.ts';
import { type ExecutionDocument, log, sh } from './tasks.ts';

const sandbox = useSandbox();
const secret = 'Tr0ub4dor&3 is/long';
const forms = [
  secret,
  Buffer.from(secret).toString('base64'),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('hex'),
];

const flow = {
  tasks: [
    sh(
      'a',
      [
        'echo "plain $TOKEN"',
        'printf %s "$TOKEN" | base64',
        'printf %s "$TOKEN" | od -An -tx1 | tr -d " \\n"; echo',
        'echo "wrong $TOKEN" >&2',
      ],
      { env: { TOKEN: "{{ secret('TOKEN') }}" } },
    ),
    log('b', "{{ secret('TOKEN') | urlencode }}"),
    { id: 'c', type: 'io.kestra.plugin.core.execution.Fail', errorMessage: "{{ secret('TOKEN') }} is wrong" },
  ],
};

function expectMasked(text: string): void {
  for (const form of forms) expect(text).not.toContain(form);
}

test.each([
  ['from a file', ['--secrets', 'secrets.env'], {}],
  ['from the environment', [], { SECRET_TOKEN: Buffer.from(secret).toString('base64') }],
])('%s, masked in what is shown and stored', async (_, args, env) => {
  sandbox().write('secrets.env', `TOKEN='${secret}'\n`);
  const { out, err } = await sandbox().run(['run', sandbox().flow(flow), '--json', '--log-level', 'trace', ...args], {
    env,
  });
  const { id, logs } = JSON.parse(out) as ExecutionDocument;
  expect(logs.filter(({ message }) => message.includes('******')).length).toBeGreaterThanOrEqual(5);
  expectMasked(out + err);
  for (const command of ['show', 'logs']) expectMasked((await sandbox().run([command, id])).out);
  expectMasked(sandbox().stored());
});

test('kept in the state folder: set, used, masked, listed, deleted', async () => {
  const set = await sandbox().run(['secret', 'set', 'token'], { input: `${secret}\n` });
  expect(set).toMatchObject({ code: 0, out: '' });
  const path = sandbox().path('.windlass/secrets/TOKEN');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).toBe(secret);
  expect(readFileSync(sandbox().path('.windlass/.gitignore'), 'utf8')).toMatch(/^\*$/m);
  expect((await sandbox().run(['secret', 'list'])).out).toBe('TOKEN\n');
  const { out, err } = await sandbox().run(['run', sandbox().flow(flow), '--json']);
  expect((JSON.parse(out) as ExecutionDocument).logs.map(({ message }) => message)).toContain('plain ******');
  expectMasked(out + err);
  chmodSync(path, 0o644);
  const readable = await sandbox().run(['run', sandbox().flow(flow)]);
  expect(readable.code).toBe(2);
  expect(readable.err).toMatch(/others can read it. Run: chmod 600/);
  expect((await sandbox().run(['secret', 'delete', 'Token'])).code).toBe(0);
  expect(await sandbox().json('secret', 'list')).toEqual([]);
  expect((await sandbox().run(['secret', 'list'])).err).toContain('No secrets');
});

test.each([
  [['secret', 'set'], 'x', /Give a name/],
  [['secret', 'set', '../x'], 'x', /cannot be named '\.\.\/x'/],
  [['secret', 'set', 'bad name'], '', /cannot be named 'bad name'/],
  [['secret', 'set', 'X'], '', /No value/],
  [['secret', 'delete', 'X'], '', /no secret X/],
  [['secret', 'show', 'X'], '', /set, list, delete/],
])('%j is refused', async (args, input, words) => {
  const { code, err } = await sandbox().run(args, { input });
  expect(code).toBe(2);
  expect(err).toMatch(words);
});

test('one that cannot be removed is said to be kept still', async () => {
  mkdirSync(sandbox().path('.windlass/secrets/STUCK'), { recursive: true });
  const { code, err } = await sandbox().run(['secret', 'delete', 'stuck']);
  expect(err).toMatch(/^The secret STUCK cannot be removed: .*\n$/);
  expect(code).toBe(2);
});

test('a SECRET input is stored encrypted, and masked', async () => {
  sandbox().write('config.yaml', 'kestra: {encryption: {secret-key: I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK}}\n');
  const file = sandbox().flow({
    inputs: [{ id: 'token', type: 'SECRET' }],
    tasks: [sh('a', ['echo "got $TOKEN"'], { env: { TOKEN: '{{ inputs.token }}' } })],
  });
  const { out, err } = await sandbox().run(['run', file, '--json', '--config', 'config.yaml', '-i', `token=${secret}`]);
  expect((JSON.parse(out) as ExecutionDocument).logs.map(({ message }) => message)).toContain('got ******');
  expectMasked(out + err + sandbox().stored());
});

test('a secret that is not there fails the task, by its name', async () => {
  const { err, code } = await sandbox().run(['run', sandbox().flow(flow)]);
  expect(err).toMatch(/Cannot find secret for key 'TOKEN'/);
  expect(code).toBe(1);
});
