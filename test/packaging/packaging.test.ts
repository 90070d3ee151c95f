/** What is published: the npm package and the image, each used where there is nothing else. 15 s. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Meter } from '../../bench/measure.ts';
import { pack } from '../../scripts/pack.ts';
import { version } from '../../src/version.ts';
import { testHost } from '../docker/engine.ts';
import { writeNodeContext } from './base-image.ts';

let folder: string;
let archive: string;
/** Where npm has installed the package. */
let prefix: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-packaging-'));
  archive = await pack(join(folder, 'out'));
  prefix = join(folder, 'prefix');
  const home = join(folder, 'home');
  mkdirSync(home);
  const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: home, TZ: 'UTC' };
  execFileSync('npm', ['install', '--global', '--offline', '--prefix', prefix, archive], { env, cwd: home });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const flow = `
id: hello
namespace: company.team
tasks:
  - id: hi
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    commands: ["echo '::{\\"outputs\\":{\\"said\\":\\"hello\\"}}::'"]
`;

/** The task's output in the document of `run --json`. */
function said(document: string): unknown {
  return JSON.parse(document).taskRunList[0].outputs.vars.said;
}

describe('the npm package', () => {
  test('is small, and depends on nothing', () => {
    expect(statSync(archive).size).toBeLessThan(1_000_000);
    const names = execFileSync('tar', ['tzf', archive], { encoding: 'utf8' }).split('\n');
    expect(names.filter(name => !/^package\/(dist\/[\w-]+\.js|[\w.-]+)$/.test(name) && name !== '')).toEqual([]);
  });

  test('passes on the licence of each library in its bundle', () => {
    const text = execFileSync('tar', ['xzOf', archive, 'package/THIRD-PARTY-LICENSES.txt'], { encoding: 'utf8' });
    const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    // esbuild makes the bundle and is not in it.
    for (const name of Object.keys(dependencies).filter(library => library !== 'esbuild')) {
      expect(text).toMatch(new RegExp(`^${name} ${dependencies[name]} \\(`, 'm'));
    }
    // What they bring along counts as well; ion-js has a NOTICE, too.
    expect(text).toMatch(/^streamx [\d.]+ \(MIT\)$/m);
    expect(text).toContain('Amazon.com');
  });

  test('is installed by npm without a network, and runs a flow', () => {
    const home = join(folder, 'home');
    // Nothing but Node and the system's shell.
    const bare = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home };
    const run = (...args: string[]) =>
      execFileSync(join(prefix, 'bin/windlass'), args, { env: bare, cwd: home, encoding: 'utf8' });
    expect(run('--version')).toBe(`${version}\n`);
    writeFileSync(join(home, 'flow.yaml'), flow);
    expect(said(run('run', 'flow.yaml', '--json'))).toBe('hello');
    expect(readdirSync(home).toSorted()).toEqual(['.npm', '.windlass', 'flow.yaml']);
  });

  test('takes no more memory for 1,000 tasks than from a checkout', async () => {
    const task = (i: number) => `  - {id: t${i}, type: io.kestra.plugin.core.log.Log, message: "{{ flow.id }} ${i}"}`;
    const tasks = Array.from({ length: 1000 }, (_, i) => task(i));
    const many = join(folder, 'many.yaml');
    writeFileSync(many, ['id: many', 'namespace: company.team', 'tasks:', ...tasks].join('\n'));
    using meter = new Meter();
    const run = [join(prefix, 'bin/windlass'), 'run', many, '--ephemeral', '--quiet'];
    const { maxRssMiB } = await meter.measure(run, folder);
    expect(maxRssMiB).toBeLessThan(120);
  });
});

const socket = testHost.replace(/^unix:\/\//, '');

describe.skipIf(!existsSync(socket))('in containers', () => {
  const tag = `windlass-packaging-${process.pid}`;
  const docker = (...args: string[]) =>
    execFileSync('docker', args, {
      env: { ...process.env, DOCKER_HOST: testHost, DOCKER_BUILDKIT: '0' },
      encoding: 'utf8',
    });

  beforeAll(() => {
    const base = join(folder, 'base');
    mkdirSync(base);
    writeNodeContext(base);
    docker('build', '-q', '-t', `${tag}-base`, base);
    docker('build', '-q', '-t', tag, '--build-arg', `BASE=${tag}-base`, '-f', 'deploy/Dockerfile', join(folder, 'out'));
  });
  afterAll(() => {
    docker('rmi', '-f', tag, `${tag}-base`);
  });

  /** Runs a flow, and one whose task is a container, as a user without rights. */
  function runBoth(...windlass: readonly string[]): void {
    const work = realpathSync(mkdtempSync(join(folder, 'work-')));
    execFileSync('chown', ['1000:1000', work]);
    writeFileSync(join(work, 'flow.yaml'), flow);
    const more = flow.replace('io.kestra.plugin.core.runner.Process', 'io.kestra.plugin.scripts.runner.docker.Docker');
    writeFileSync(
      join(work, 'docker.yaml'),
      more.replace('    taskRunner:', '    containerImage: busybox\n    taskRunner:'),
    );
    const group = String(statSync(socket).gid);
    const run = (...args: string[]) =>
      docker(
        ...['run', '--rm', '--network', 'none', '--user', '1000:1000', '--workdir', '/work', '-v', `${work}:/work`],
        ...['-v', `${socket}:/var/run/docker.sock`, '--group-add', group, ...windlass, ...args],
      );
    expect(run('--version')).toBe(`${version}\n`);
    expect(said(run('run', 'flow.yaml', '--json'))).toBe('hello');
    expect(said(run('run', 'docker.yaml', '--json'))).toBe('hello');
  }

  test('the image runs a flow, and one with a container through the given socket', () => {
    runBoth(tag);
  });

  test('what npm installed does so where there is nothing but Node', () => {
    // Read-only, as a global installation is for its users.
    runBoth('-v', `${realpathSync(prefix)}:/opt/npm:ro`, `${tag}-base`, '/opt/npm/bin/windlass');
  });
});
