/** The engine is stopped while a container runs and, without live-restore, ends it; on an engine of the test's own. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { collectLines, never, Trial } from '../contract/runner/harness.ts';
import { anyPort, startEngine, TestEngine, testImage } from '../docker/engine.ts';
import { full } from '../full.ts';

const run = promisify(execFile);
const started = await startEngine('docker-tls', anyPort(), '', '--live-restore=false');
if ('unavailable' in started) console.warn(`SKIPPED: an engine that is stopped: ${started.unavailable}`);
const [node, ...args] = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, '../../src/main.ts'),
];

describe.skipIf('unavailable' in started)('an engine without live-restore', () => {
  if ('unavailable' in started) return;
  const own = started;
  const owner = `stopped-${randomBytes(6).toString('hex')}`;
  const engine = new TestEngine({ DOCKER_HOST: `unix://${join(started.state, 'docker.sock')}` });
  let trial: Trial | undefined;
  let folder: string | undefined;

  afterEach(async () => {
    const left = await engine.docker('ps', '-aq');
    if (left) await engine.docker('rm', '-fv', ...left.split('\n'));
    await trial?.removeFolders();
    if (folder) await rm(folder, { recursive: true });
    [trial, folder] = [undefined, undefined];
    expect(left).toBe('');
    expect(await engine.docker('volume', 'ls', '-q')).toBe('');
  });
  afterAll(() => started.down());

  const env = { ...process.env, ...engine.env };

  /** A flow whose task works at its second try, and a state folder. */
  async function project(): Promise<{ readonly flow: string; readonly state: readonly string[] }> {
    folder = await mkdtemp(join(tmpdir(), 'windlass-stopped-'));
    const flow = join(folder, 'flow.yaml');
    await writeFile(
      flow,
      `id: again
namespace: windlass.stopped
tasks:
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: ${testImage}
    taskRunner:
      type: io.kestra.plugin.scripts.runner.docker.Docker
      networkMode: none
    retry: {type: constant, interval: PT3S, maxAttempts: 5}
    inputFiles: {in.txt: "attempt {{ taskrun.attemptsCount + 1 }}\\n"}
    outputFiles: [out.txt]
    commands:
      - cat in.txt
      - test {{ taskrun.attemptsCount }} -gt 0 || sleep 300
      - cp in.txt out.txt
`,
    );
    return { flow, state: ['--state', join(folder, 'state')] };
  }

  /** Runs the flow; while its first try goes on, something happens to the engine, which is started again then. */
  async function duringFirstTry(
    flow: string,
    state: readonly string[],
    how: string,
  ): Promise<{ readonly code: number | null; readonly said: string }> {
    const child = spawn(node, [...args, 'run', flow, '--plain', ...state], { env });
    let said = '';
    const up = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        said += chunk;
        if (said.includes('attempt 1')) up.resolve();
      });
    }
    const ended = new Promise<number | null>(resolve => child.once('close', resolve));
    await Promise.race([up.promise, ended]);
    await own.down(how);
    await own.up();
    return { code: await ended, said };
  }

  test.for(
    (
      [
        ['stopped', 'stop', 'trap "exit 143" TERM; echo up; while :; do sleep 0.1; done', 143],
        ['killed', 'kill', 'echo up; sleep 300', 137],
      ] as const
    ).filter(([how]) => full || how === 'stopped'),
  )('that is %s ends its containers: the run ends with its log and code', async ([, how, script, exitCode]) => {
    trial = await Trial.make(engine.underTest({ networkMode: 'none' }), owner, { script });
    const one = await trial.started();
    const lines = collectLines(one);
    const outcome = one.outcome(never);
    for await (const batch of one.logs()) if (batch.lines.length > 0) break;
    await started.down(how);
    await started.up();
    const away = { detail: expect.stringMatching(/was away.*live-restore/) };
    // In an orderly stop Docker 20.10 answers until its containers have ended, as if somebody had stopped them; 29 may not.
    const wasAway = how === 'kill' || 'detail' in (await outcome);
    expect(await outcome).toEqual({ kind: 'exited', exitCode, ...(wasAway && away) });
    expect((await lines).map(({ text }) => text)).toEqual(['up']);
    await one.fetch(never);
    await one.dispose();
  });

  // Each restart after a SIGKILL takes 10 s.
  test.runIf(full)(
    'that comes back empty: the container counts as removed, and a retry runs the task again',
    async () => {
      const { flow, state } = await project();
      const { code, said } = await duringFirstTry(flow, state, 'lose');
      expect(code, said).toBe(0);
      expect(said).toMatch(/was removed from outside while the task ran/);
      expect(said).toMatch(/attempt [2-5]/);
    },
  );

  test('that is elsewhere, with its own files, goes on when Windlass dies: resume takes its container over', async () => {
    const { flow, state } = await project();
    const tls = {
      DOCKER_HOST: started.address,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: join(started.state, 'certs/client'),
    };
    const elsewhere = { ...process.env, ...tls };
    const first = spawn(node, [...args, 'run', flow, '--quiet', ...state], { env: elsewhere, stdio: 'ignore' });
    const gone = new Promise(resolve => first.once('exit', resolve));
    while (!(await engine.docker('ps', '-q'))) await new Promise(resolve => setTimeout(resolve, 50));
    first.kill('SIGKILL');
    await gone;
    const id = await engine.docker('ps', '-q');
    await engine.docker('exec', id, 'sh', '-c', 'kill -TERM $(pidof sleep)');
    const { stdout } = await run(node, [...args, 'resume', '--json', ...state], { env: elsewhere });
    expect(stdout).toContain('"SUCCESS"');
    expect(stdout).toMatch(/attempt 1/);
  });

  test('that is killed: a retry runs the task again', async () => {
    const { flow, state } = await project();
    const { code, said } = await duringFirstTry(flow, state, 'kill');
    expect(code, said).toBe(0);
    expect(said).toMatch(/exit code 137: The Docker engine at .* was away/);
    expect(said).toMatch(/attempt [2-5]/);
    expect(said).not.toMatch(/ {4}at /);
  });

  test.runIf(full)('a run whose Windlass was killed too is resumed: it finds how its container ended', async () => {
    const { flow, state } = await project();
    const second = spawn(node, [...args, 'run', flow, '--quiet', ...state], { env, stdio: 'ignore' });
    const gone = new Promise(resolve => second.once('exit', resolve));
    while (!(await engine.docker('ps', '-q'))) await new Promise(resolve => setTimeout(resolve, 50));
    second.kill('SIGKILL');
    await gone;
    await started.down('kill');
    await started.up();
    const { stdout } = await run(node, [...args, 'resume', '--json', ...state], { env });
    expect(stdout).toContain('Command failed with exit code 137');
    expect(stdout).toContain('"SUCCESS"');
  });
});
