/**
 * Windlass beside a Docker engine of its own, as deploy/ has it: with Compose, and in a pod. One of both is killed while
 * a task runs, or all of it. 30 s; with WINDLASS_TEST_FULL 5 minutes, most of them leases of processes that were killed in
 * other containers.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { pack } from '../../scripts/pack.ts';
import { docker, mainEngine, testHost } from '../docker/engine.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { full } from '../full.ts';
import { writeNodeContext } from '../packaging/base-image.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const engines = join(root, 'test/engines');
const name = `windlass-dind-${randomBytes(4).toString('hex')}`;
const images = { windlass: `${name}:latest`, base: `${name}-base:latest`, engine: `${name}-engine:latest` };

const missing = await (async () => {
  if (!existsSync(testHost.replace('unix://', ''))) return 'no Docker engine on this machine';
  return run('docker-compose', ['version']).then(
    () => undefined,
    () => 'no docker-compose',
  );
})();
if (missing) console.warn(`SKIPPED: Docker in Docker: ${missing}`);
const cluster = clusterUnderTest();

/** Where /images has the root file system of busybox. */
let imageFolder: string;
let folder: string;

/**
 * In place of `privileged`, which a virtual machine without all capabilities refuses (no CAP_SYS_RESOURCE), and of the
 * entry point of docker:dind: what a privileged container could write anyway is made so, and busybox is imported.
 */
const capabilities = ['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE'];
const entryPoint = `
rm -rf /var/run/docker.pid /var/run/docker/containerd /run/docker.pid /run/docker/containerd
awk '$2 ~ "^/(proc/|sys)" && $4 ~ "^ro(,|$)" {print $2}' /proc/mounts |
  while read -r m; do mount -o remount,rw,bind "$m" || mount -o remount,rw "$m"; done
echo 'a *:* rwm' >/sys/fs/cgroup/devices/devices.allow
(export DOCKER_HOST=unix:///dind/docker.sock
 until docker image inspect busybox || docker import -c 'CMD ["sh"]' /images/busybox.tar busybox; do sleep 0.2; done) >/dev/null 2>&1 &
exec docker-init -- "$@"`;
const ready = ['docker', '--host=unix:///dind/docker.sock', 'image', 'inspect', 'busybox'];

const flow = `
id: counted
namespace: company.team
tasks:
  - id: count
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    retry: {type: constant, interval: PT1S, maxAttempts: 2}
    inputFiles: {in.txt: given}
    outputFiles: [out.txt]
    commands:
      - 'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "line $i"; sleep 0.1; done'
      - 'cat in.txt > out.txt'
`;
const allLines = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);

interface Entry {
  readonly message: string;
  readonly attemptNumber?: number;
}

/** The lines of one try. */
function linesOf(document: { readonly logs: readonly Entry[] }, attempt: number): string[] {
  return document.logs
    .filter(entry => entry.attemptNumber === attempt && entry.message.startsWith('line '))
    .map(entry => entry.message);
}

describe.skipIf(missing !== undefined)('beside a Docker engine of its own', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'windlass-dind-'));
    const rootOf = async (image: string) => (await run('sh', [join(engines, 'images/root.sh'), image])).stdout.trim();
    imageFolder = join(folder, 'images');
    mkdirSync(imageFolder);
    await run('cp', [await rootOf('busybox'), join(imageFolder, 'busybox.tar')]);
    const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    await docker('import', '-c', path, await rootOf('docker-in-docker'), images.engine);
    await pack(join(folder, 'out'));
    writeNodeContext(join(folder, 'base'));
    const build = (...args: string[]) =>
      run('docker', ['build', '-q', ...args], {
        cwd: root,
        env: { ...process.env, ...mainEngine.env, DOCKER_BUILDKIT: '0' },
      });
    await build('-t', images.base, join(folder, 'base'));
    const dockerfile = ['-f', 'deploy/Dockerfile', '--build-arg', `BASE=${images.base}`];
    await build('-t', images.windlass, ...dockerfile, join(folder, 'out'));
  }, 180_000);
  afterAll(async () => {
    await docker('rmi', '-f', ...Object.values(images));
    rmSync(folder, { recursive: true });
  });

  describe('with Compose', () => {
    const project = ['--project-name', name];
    let work: string;

    async function compose(...args: string[]): Promise<string> {
      const files = ['--file', join(work, 'compose.yaml')];
      const env = { ...process.env, ...mainEngine.env };
      return (await run('docker-compose', [...project, ...files, ...args], { cwd: work, env })).stdout;
    }
    const windlass = async (...args: string[]) =>
      JSON.parse(await compose('run', '--rm', '-T', 'windlass', ...args, '--json'));
    const inEngine = (...args: string[]) =>
      docker('exec', `${name}-engine-1`, 'docker', '--host=unix:///dind/docker.sock', ...args);

    /** Starts the flow, and returns once the engine has its container and has logged a line of it. */
    async function begun(): Promise<{ readonly ended: Promise<string> }> {
      const options = ['--rm', '-T', '--name', `${name}-run`];
      // Killed, it says nothing.
      const ended = compose('run', ...options, 'windlass', 'run', 'flow.yaml', '--json').catch(() => '');
      for (let id = ''; ; await pause(100)) {
        id = await inEngine('ps', '-q').catch(() => '');
        if (id && (await inEngine('logs', id).catch(() => '')).includes('line 3')) return { ended };
      }
    }

    beforeAll(() => {
      work = mkdtempSync(join(folder, 'compose-'));
      chmodSync(work, 0o777);
      writeFileSync(join(work, 'flow.yaml'), flow);
      const file = parse(readFileSync(join(root, 'deploy/compose.yaml'), 'utf8'));
      const { privileged: _, ...engine } = file.services.engine;
      file.services.windlass.image = images.windlass;
      file.services.engine = {
        ...engine,
        image: images.engine,
        // Compose 1 would put underscores.
        container_name: `${name}-engine-1`,
        cap_add: capabilities,
        security_opt: ['seccomp:unconfined', 'apparmor:unconfined'],
        // Compose wants a dollar doubled.
        entrypoint: ['sh', '-c', entryPoint.replaceAll('$', '$$$$'), 'sh'],
        healthcheck: { ...engine.healthcheck, test: ['CMD', ...ready] },
        volumes: [...engine.volumes, `${imageFolder}:/images:ro`],
      };
      writeFileSync(join(work, 'compose.yaml'), stringify(file));
    });
    afterEach(async () => {
      expect(await inEngine('ps', '-aq')).toBe('');
      rmSync(join(work, '.windlass'), { recursive: true });
    });
    afterAll(async () => {
      await compose('down', '--volumes', '--remove-orphans');
    });

    test.runIf(full)(
      'Windlass is killed: the container runs on, and resume ends as if nothing had happened',
      async () => {
        const { ended } = await begun();
        await docker('kill', `${name}-run`);
        await ended;
        expect(await inEngine('ps', '-q')).not.toBe('');
        const [document] = await windlass('resume');
        expect(document.state.current).toBe('SUCCESS');
        expect(document.taskRunList[0].attempts).toHaveLength(1);
        expect(linesOf(document, 0)).toEqual(allLines);
      },
      150_000,
    );

    test('the engine is killed, and comes back: the try fails with the reason, the next one works', async () => {
      const { ended } = await begun();
      await docker('kill', `${name}-engine-1`);
      await compose('up', '--detach', 'engine');
      const document = JSON.parse(await ended);
      expect(document.state.current).toBe('SUCCESS');
      const messages = document.logs.map((entry: Entry) => entry.message);
      expect(messages).toContainEqual(expect.stringMatching(/exit code (255|137): The Docker engine .* was away/));
      expect(linesOf(document, 1)).toEqual(allLines);
    }, 150_000);

    test.runIf(full)(
      'all of it is killed, as when the machine dies: resume fails the try with the reason, and makes the next',
      async () => {
        const { ended } = await begun();
        await docker('kill', `${name}-run`, `${name}-engine-1`);
        await ended;
        await compose('up', '--detach', 'engine');
        // Compose 1.29 takes an engine that it has just started for what it was before: unhealthy.
        while (!(await inEngine('version').catch(() => ''))) await pause(100);
        const [document] = await windlass('resume');
        expect(document.state.current).toBe('SUCCESS');
        const messages = document.logs.map((entry: Entry) => entry.message);
        expect(messages).toContainEqual(expect.stringMatching(/exit code 255: .* while the engine itself was away/));
        const first = linesOf(document, 0);
        expect(first).toEqual(allLines.slice(0, first.length));
        expect(linesOf(document, 1)).toEqual(allLines);
      },
      150_000,
    );
  });

  describe.runIf(full && 'own' in cluster && cluster.own !== undefined)('in a pod', () => {
    if ('unavailable' in cluster) return;
    const { client } = cluster;
    const containers = (...args: string[]) => run(join(engines, 'kubernetes/containers.sh'), args);
    const ofCluster = [images.windlass, images.engine].map(image => `docker.io/library/${image}`);
    const pods = `/api/v1/namespaces/default/pods?labelSelector=job-name=${name}`;

    interface Container {
      readonly name: string;
      readonly containerID?: string;
      readonly restartCount: number;
    }
    async function pod(): Promise<{ readonly name: string; readonly phase: string; readonly containers: Container[] }> {
      for (;;) {
        const [first] = (await client.expect('GET', pods)).items;
        if (!first) {
          await pause(100);
          continue;
        }
        const { phase, containerStatuses = [], initContainerStatuses = [] } = first.status;
        return { name: first.metadata.name, phase, containers: [...containerStatuses, ...initContainerStatuses] };
      }
    }
    async function kill(container: string): Promise<void> {
      const found = (await pod()).containers.find(each => each.name === container);
      await containers('tasks', 'kill', '-s', 'SIGKILL', String(found?.containerID).replace('containerd://', ''));
    }
    const log = async () => {
      const { body } = await client.call(
        'GET',
        `/api/v1/namespaces/default/pods/${(await pod()).name}/log?container=windlass`,
      );
      return typeof body === 'string' ? body : '';
    };

    /** Starts the job, and returns once its task runs. */
    async function begun(): Promise<void> {
      const job = parse(readFileSync(join(root, 'deploy/kubernetes/docker-in-docker.yaml'), 'utf8'));
      const { spec } = job.spec.template;
      job.metadata.name = name;
      spec.volumes[0].configMap.name = name;
      spec.volumes.push({ name: 'images', hostPath: { path: imageFolder } });
      spec.containers[0].image = images.windlass;
      spec.containers[0].imagePullPolicy = 'Never';
      const [engine] = spec.initContainers;
      engine.image = images.engine;
      engine.imagePullPolicy = 'Never';
      engine.command = ['sh', '-c', entryPoint, 'sh'];
      engine.securityContext = { capabilities: { add: capabilities }, seccompProfile: { type: 'Unconfined' } };
      engine.startupProbe.exec.command = ready;
      engine.volumeMounts.push({ name: 'images', mountPath: '/images' });
      await client.expect('POST', '/api/v1/namespaces/default/configmaps', {
        metadata: { name },
        data: { 'flow.yaml': flow },
      });
      await client.expect('POST', '/apis/batch/v1/namespaces/default/jobs', job);
      while (!(await log()).includes('line 3')) await pause(200);
    }

    async function ended(): Promise<string> {
      for (;;) {
        const { phase } = await pod();
        if (phase === 'Succeeded' || phase === 'Failed') return phase;
        await pause(500);
      }
    }

    beforeAll(async () => {
      const archive = join(folder, 'images.tar');
      await docker('save', '-o', archive, images.windlass, images.engine);
      await containers('images', 'import', archive);
    }, 120_000);
    afterEach(async () => {
      const gone = { propagationPolicy: 'Foreground' };
      await client.call('DELETE', `/apis/batch/v1/namespaces/default/jobs/${name}`, gone);
      await client.call('DELETE', `/api/v1/namespaces/default/configmaps/${name}`);
      while ((await client.expect('GET', pods)).items.length > 0) await pause(200);
    });
    afterAll(async () => {
      await containers('images', 'rm', ...ofCluster);
    });

    test('Windlass is killed: its container is started again, and goes on with the same task', async () => {
      await begun();
      await kill('windlass');
      expect(await ended()).toBe('Succeeded');
      const said = await log();
      const { containers: all } = await pod();
      expect(all.find(each => each.name === 'windlass')?.restartCount).toBe(1);
      expect(all.find(each => each.name === 'engine')?.restartCount).toBe(0);
      // What the first one had shown is not shown again.
      const shown = [...said.matchAll(/line (\d+)$/gm)].map(match => Number(match[1]));
      expect(shown).toEqual(Array.from({ length: shown.length }, (_, index) => 41 - shown.length + index));
      expect(shown.length).toBeLessThan(39);
    }, 150_000);

    test('the engine is killed: its container is started again, the try fails with the reason, the next one works', async () => {
      await begun();
      await kill('engine');
      expect(await ended()).toBe('Succeeded');
      expect(await log()).toMatch(/exit code 255: The Docker engine .* was away/);
      expect((await pod()).containers.find(each => each.name === 'windlass')?.restartCount).toBe(0);
    }, 150_000);
  });
});
