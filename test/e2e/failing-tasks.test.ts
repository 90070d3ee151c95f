/** Tasks that cannot do their work fail with one clear message and exit code 1; nothing is left. */
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { dockerUnderTest, testHost } from '../docker/engine.ts';
import { useSandbox } from './sandbox.ts';
import { docker, type ExecutionDocument, sh } from './tasks.ts';

const sandbox = useSandbox();
const engine = await dockerUnderTest();
const noEngine = 'unavailable' in engine;

/** The task `a` fails, and its errors say why: once for people, once in the document. */
async function expectFailure(
  task: object,
  message: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<ExecutionDocument> {
  const file = sandbox().flow({ tasks: [task] });
  const plain = await sandbox().run(['run', file], { env });
  expect(plain.err).toMatch(message);
  expect(plain.err).not.toMatch(/\n\s+at |fault of Windlass/);
  expect(plain.code).toBe(1);
  const asJson = await sandbox().run(['run', file, '--json'], { env });
  expect(asJson.code).toBe(1);
  const document = JSON.parse(asJson.out) as ExecutionDocument;
  expect(document.state.current).toBe('FAILED');
  const errors = document.logs.filter(({ level }) => level === 'ERROR').map(entry => entry.message);
  expect(errors.join('\n')).toMatch(message);
  return document;
}

describe('in a local process', () => {
  test('a command that is not there', async () => {
    await expectFailure(sh('a', ['no-such-command --now']), /no-such-command: not found[\s\S]*exit code 127/);
  });

  test('an interpreter that is not there', async () => {
    await expectFailure(sh('a', ['x'], { interpreter: ['no-such-shell', '-c'] }), /"no-such-shell" on the PATH/);
  });

  test.each([
    ['KILL', 137],
    ['SEGV', 139],
  ])('a program killed by SIG%s', async (signal, code) => {
    const { taskRunList } = await expectFailure(
      sh('a', [`kill -${signal} $$`]),
      new RegExp(`exit code ${code}: killed by SIG${signal}`),
    );
    expect(taskRunList[0]?.outputs).toMatchObject({ exitCode: code });
  });

  test.each(['../a.txt', 'b/../../a.txt'])('an input file named %s', async name => {
    await expectFailure(sh('a', ['true'], { inputFiles: { [name]: 'x' } }), /\.\.\//);
    expect(await sandbox().shell('find . -name a.txt')).toMatchObject({ out: '' });
  });

  test('an output pattern that no file can have', async () => {
    const file = sandbox().flow({ tasks: [sh('a', ['echo x > a.txt'], { outputFiles: ['../*.txt', '*.txt'] })] });
    const document = await sandbox().json<ExecutionDocument>('run', file);
    const { outputFiles } = document.taskRunList[0]?.outputs ?? {};
    expect(Object.keys(outputFiles ?? {})).not.toContain('../a.txt');
  });

  test('a missing variable', async () => {
    await expectFailure(sh('a', ['echo {{ inputs.nope }}']), /Unable to find `inputs`|Unable to find.*nope/);
  });

  test('a timeout', async () => {
    const { taskRunList } = await expectFailure(
      sh('a', ['sleep 60'], { timeout: 'PT0.3S' }),
      /Timeout after 00:00:00\.300/,
    );
    expect(taskRunList[0]?.outputs ?? {}).toEqual({});
  });

  test('a timeout that is no duration', async () => {
    await expectFailure(sh('a', ['true'], { timeout: '10s' }), /10s.*PT10S/);
  });
});

describe('in a container', () => {
  const image = (name: string, pullPolicy: string) =>
    docker('a', ['true'], {
      containerImage: name,
      taskRunner: { type: 'io.kestra.plugin.scripts.runner.docker.Docker', pullPolicy },
    });

  test.skipIf(noEngine)('an image that is not there', async () => {
    await expectFailure(image('windlass-no-such-image:1', 'NEVER'), /windlass-no-such-image:1/);
  });

  test.skipIf(noEngine)('an image of a registry that nothing answers at', async () => {
    await expectFailure(image('127.0.0.1:1/nothing:1', 'IF_NOT_PRESENT'), /127\.0\.0\.1:1\/nothing:1/);
  });

  test.skipIf(noEngine)('a command that is not there', async () => {
    await expectFailure(docker('a', ['no-such-command']), /no-such-command: not found[\s\S]*exit code 127/);
  });

  test.skipIf(noEngine)('an interpreter that is not there', async () => {
    await expectFailure(docker('a', ['x'], { interpreter: ['no-such-shell', '-c'] }), /no-such-shell/);
  });

  test.skipIf(noEngine)('more memory than it may have', async () => {
    const { memory } = { memory: { memory: '16MB', memorySwap: '16MB' } };
    await expectFailure(
      docker('a', ['dd if=/dev/zero of=/dev/null bs=64M count=1'], {
        taskRunner: { type: 'io.kestra.plugin.scripts.runner.docker.Docker', pullPolicy: 'NEVER', memory },
      }),
      /memory|exit code 1/i,
    );
  });

  test('no engine: a socket that is not there', async () => {
    const env = { DOCKER_HOST: `unix://${sandbox().path('none.sock')}` };
    await expectFailure(docker('a', ['true']), /none\.sock/, env);
  });

  test.runIf(process.getuid?.() === 0)('no engine: a socket that is not ours', async () => {
    const path = sandbox().path('engine.sock');
    const server = createServer().listen(path);
    await once(server, 'listening');
    try {
      const file = sandbox().flow({ tasks: [docker('a', ['true'])] });
      const started = sandbox().start(['run', file], { env: { DOCKER_HOST: `unix://${path}` }, uid: 65534 });
      chownSync(path, 0, 0);
      const { code, err } = await started.ended;
      expect(err).toMatch(/engine\.sock/);
      expect(err).toMatch(/permission/i);
      expect(err).not.toMatch(/\n\s+at |fault of Windlass/);
      expect(code).toBe(1);
    } finally {
      server.close();
    }
  });

  test.runIf(process.getuid?.() === 0 && !noEngine && testHost.startsWith('unix:'))(
    'no engine: the real one’s socket, which is not for this user',
    async () => {
      const file = sandbox().flow({ tasks: [docker('a', ['true'])] });
      const { code, err } = await sandbox().start(['run', file], { uid: 65534 }).ended;
      expect(err.match(/No permission to use the Docker socket/g)).toHaveLength(1);
      expect(err).toContain(testHost);
      expect(err).toContain('usermod -aG docker');
      expect(err).not.toMatch(/\n\s+at |fault of Windlass/);
      expect(code).toBe(1);
    },
  );

  test('no engine: a port that nothing listens at', async () => {
    await expectFailure(docker('a', ['true']), /127\.0\.0\.1:1/, { DOCKER_HOST: 'tcp://127.0.0.1:1' });
  });
});
