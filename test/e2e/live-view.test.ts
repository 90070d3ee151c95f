/**
 * The live view in a real terminal (tmux), while an image of three layers comes slowly from a registry: at 80 columns,
 * at 200 and at 60, changed in mid-run. 9 s.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyPort, docker, dockerUnderTest, startEngine, testHost, testImage } from '../docker/engine.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const real = await dockerUnderTest();
const port = anyPort();
const registry = 'unavailable' in real ? real : await startEngine('registry', port);
const isUsable = !('unavailable' in registry) && spawnSync('tmux', ['-V']).status === 0;
if (!isUsable) console.warn('SKIPPED: the live view: it needs tmux, a registry and a Docker engine');

/** Passes answers on at so many bytes a second for each connection. */
function slowWay(target: number, bytesPerSecond: number) {
  return createServer(client => {
    const server = connect(target, '127.0.0.1');
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server);
    server.on('data', data => {
      server.pause();
      client.write(data);
      setTimeout(() => server.resume(), (data.length / bytesPerSecond) * 1000);
    });
  });
}

describe.skipIf(!isUsable)('on a terminal', () => {
  const name = `windlass-${randomBytes(4).toString('hex')}`;
  const slow = slowWay(Number(port), 400_000);
  let folder: string;
  let image: string;

  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-L', name, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8', DOCKER_HOST: testHost, HOME: folder },
    });
  const screen = () => tmux('capture-pane', '-p').split('\n');
  const barLine = () => screen().find(line => line.includes('a_large_image') && line.includes(' %'));

  async function until<T>(look: () => T | undefined | false): Promise<T> {
    for (let tries = 0; tries < 400; tries++) {
      const seen = look();
      if (seen) return seen;
      await pause(50);
    }
    throw new Error(`it never came; the screen:\n${screen().join('\n')}`);
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'windlass-live-'));
    const context = join(folder, 'context');
    mkdirSync(context);
    for (const layer of [1, 2, 3]) writeFileSync(join(context, `f${layer}`), randomBytes(1_500_000));
    writeFileSync(join(context, 'Dockerfile'), `FROM ${testImage}\nCOPY f1 /\nCOPY f2 /\nCOPY f3 /\n`);
    const pushed = `127.0.0.1:${port}/layers:1`;
    execFileSync('docker', ['build', '-q', '-t', pushed, context], {
      env: { ...process.env, DOCKER_HOST: testHost, DOCKER_BUILDKIT: '0' },
      stdio: 'ignore',
    });
    await docker('push', '--quiet', pushed);
    await docker('rmi', pushed);
    const { promise, resolve } = Promise.withResolvers<void>();
    slow.listen(0, '127.0.0.1', resolve);
    await promise;
    image = `127.0.0.1:${(slow.address() as { port: number }).port}/layers:1`;
    writeFileSync(
      join(folder, 'flow.yaml'),
      `
id: live
namespace: company.team
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: a_large_image
        type: io.kestra.plugin.scripts.shell.Commands
        containerImage: ${image}
        taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker}
        commands: [echo in the container; sleep 2]
      - id: talks
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner: {type: io.kestra.plugin.core.runner.Process}
        commands: ['for i in $(seq 1 40); do echo "talk $i ${'of many words '.repeat(5)}"; sleep 0.15; done']
`,
    );
  });

  afterAll(async () => {
    spawnSync('tmux', ['-L', name, 'kill-server']);
    slow.close();
    await docker('rmi', image).catch(() => {});
    if ('down' in registry) await registry.down();
    rmSync(folder, { recursive: true });
  });

  test('shows what is pulled and what runs, keeps to the width, and leaves nothing behind', async () => {
    const run = `'${process.execPath}' --disable-warning=ExperimentalWarning '${main}' run flow.yaml --ephemeral`;
    tmux('new-session', '-d', '-x', '80', '-y', '24', '-c', folder, `${run}; echo the end; sleep 60`);
    const first = await until(barLine);
    expect(first).toMatch(/^ {2}\S a_large_image {2}[█░]{12} +\d+ % {2}.*layers/);
    const percents: number[] = [];
    const sample = () => percents.push(Number(/(\d+) %/.exec(barLine() ?? '')?.[1] ?? percents.at(-1) ?? 0));
    for (let i = 0; i < 8; i++, await pause(100)) sample();
    // Wider: the lines have room now, and there is one of each.
    tmux('resize-window', '-x', '200');
    await until(() => barLine()?.includes(`${image}: `));
    for (let i = 0; i < 8; i++, await pause(100)) sample();
    expect(percents.at(-1)).toBeGreaterThan(percents[0] ?? 0);
    const view = () => screen().filter(line => /^ *[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /.test(line));
    expect(view(), screen().join('\n')).toHaveLength(3);
    // Narrower than the log lines: the terminal folds what stands there.
    tmux('resize-window', '-x', '60');
    await until(() => screen().some(line => line.includes('in the container')));
    // Nothing of the way to it is told while the program runs.
    await until(() => view().find(line => /a_large_image {2}running/.test(line)));
    expect(view()).toHaveLength(3);
    await until(() => screen().some(line => line.includes('the end')));
    const all = tmux('capture-pane', '-p', '-S', '-500').split('\n');
    expect(all.filter(line => /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏█░]/.test(line))).toEqual([]);
    expect(all.filter(line => /talk \d+ of many/.test(line))).toHaveLength(40);
    expect(all.join('\n')).toMatch(/TASK +STATE +TIME\nboth +SUCCESS/);
  });
});
