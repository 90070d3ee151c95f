/** Each property as the engine shows it of the real container. */
import { describe, expect, test } from 'vitest';
import { never } from '../contract/runner/harness.ts';
import { docker, dockerUnderTest, mainEngine, makeRunner } from './engine.ts';
import { useTrials } from './trials.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

const mb = 1024 ** 2;

describe.skipIf('unavailable' in real)('a property as the engine shows it', () => {
  const trials = useTrials('inspected');
  const { owner } = trials;

  /** What the engine says of a container that is created and not started, and what we said of it. */
  async function shown(config: object): Promise<{ readonly container: unknown; readonly said: readonly string[] }> {
    const under = { ...mainEngine.underTest(config), runner: makeRunner({ volumeEnabled: true }) };
    const one = await trials.make(under, {});
    const said: string[] = [];
    const handle = await under.runner.prepare(
      one.spec,
      under.config,
      event => {
        if (event.kind === 'trouble') said.push(event.text);
      },
      never,
    );
    const [container] = JSON.parse(await docker('inspect', String(handle.data.containerId)));
    await under.runner.remove(handle, {});
    return { container, said };
  }

  test.for<[object, object]>([
    [{ cpu: { cpus: 1.5 } }, { HostConfig: { NanoCpus: 1_500_000_000 } }],
    [{ memory: { memory: '512MB' } }, { HostConfig: { Memory: 512 * mb } }],
    [{ memory: { memory: '64mb', memorySwap: '0.125GB' } }, { HostConfig: { Memory: 64 * mb, MemorySwap: 128 * mb } }],
    [{ memory: { memory: '64MB', memorySwap: -1 } }, { HostConfig: { MemorySwap: -1 } }],
    [{ memory: { memorySwappiness: '60' } }, { HostConfig: { MemorySwappiness: 60 } }],
    [{ memory: { memory: '64MB', memoryReservation: '32MB' } }, { HostConfig: { MemoryReservation: 32 * mb } }],
    [{ memory: { memory: '64MB', oomKillDisable: true } }, { HostConfig: { OomKillDisable: true } }],
    [{ shmSize: '128MB' }, { HostConfig: { ShmSize: 128 * mb } }],
    [{ user: 1000 }, { Config: { User: '1000' } }],
    [{ user: '1000:1000' }, { Config: { User: '1000:1000' } }],
    [{ networkMode: 'none' }, { HostConfig: { NetworkMode: 'none' } }],
    [{ networkMode: 'host' }, { HostConfig: { NetworkMode: 'host' } }],
    [{ networkMode: 'bridge' }, { HostConfig: { NetworkMode: 'bridge' } }],
    [
      { extraHosts: ['db:10.0.0.9', 'cache:10.0.0.8'] },
      { HostConfig: { ExtraHosts: ['db:10.0.0.9', 'cache:10.0.0.8'] } },
    ],
    [
      { portBindings: ['127.0.0.1: 18080: 80/udp'] },
      {
        HostConfig: { PortBindings: { '80/udp': [{ HostIp: '127.0.0.1', HostPort: '18080' }] } },
        Config: { ExposedPorts: { '80/udp': {} } },
      },
    ],
    [{ volumes: ['/tmp:/data:ro'] }, { HostConfig: { Binds: ['/tmp:/data:ro'] } }],
    [{ privileged: true }, { HostConfig: { Privileged: true } }],
    [{}, { HostConfig: { Privileged: false }, Config: { Entrypoint: null } }],
    [{ entryPoint: ['/bin/sh', '-c'] }, { Config: { Entrypoint: ['/bin/sh', '-c'] } }],
    [{ entryPoint: null }, { Config: { Entrypoint: null } }],
    [{ delete: false }, { Config: { Labels: { 'windlass.kept': 'ended' } } }],
    [{ wait: false }, { Config: { Labels: { 'windlass.kept': 'running' } } }],
    [{ fileHandlingStrategy: 'MOUNT' }, { HostConfig: { Mounts: [expect.objectContaining({ Type: 'bind' })] } }],
    [
      { deviceRequests: [{ driver: 'nvidia', count: -1, capabilities: [['gpu']], options: { a: 'b' } }] },
      {
        HostConfig: {
          DeviceRequests: [
            { Driver: 'nvidia', Count: -1, DeviceIDs: null, Capabilities: [['gpu']], Options: { a: 'b' } },
          ],
        },
      },
    ],
    [
      { deviceRequests: [{ deviceIds: ['0', 'GPU-1'], capabilities: [['gpu']] }] },
      { HostConfig: { DeviceRequests: [expect.objectContaining({ Count: 0, DeviceIDs: ['0', 'GPU-1'] })] } },
    ],
  ])('%j', async ([config, expected]) => {
    const { container } = await shown(config);
    expect(container).toMatchObject(expected);
  });

  test('nothing of the log is rotated away, and whose it is can be seen', async () => {
    const { container, said } = await shown({});
    expect(container).toMatchObject({
      HostConfig: { LogConfig: { Type: 'local', Config: { 'max-file': '1' } } },
      Config: {
        Labels: {
          'windlass.owner': owner,
          'kestra.io/namespace': 'company.contract',
          'kestra.io/taskrun-attempt': '0',
        },
      },
    });
    expect(said).toEqual([]);
  });

  test('kernelMemory reaches an engine that knows it; what the engine warns of is shown', async () => {
    const { container, said } = await shown({ memory: { kernelMemory: '8MB', memory: '64MB' } });
    const { HostConfig: host } = container as { HostConfig: { KernelMemory?: number } };
    if (host.KernelMemory) expect(host.KernelMemory).toBe(8 * mb);
    else expect(said.join('\n')).toMatch(/kernel ?memory/i);
  });
});
