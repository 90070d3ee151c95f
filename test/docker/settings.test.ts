/** The runner's properties: what is understood, and what is refused with the property's name. */
import { describe, expect, test } from 'vitest';
import { containerBody, labelValue } from '../../src/runners/docker/container-body.ts';
import { dockerDeclaration } from '../../src/runners/docker/declaration.ts';
import { leftOutProperties } from '../../src/runners/docker/left-out.ts';
import { type DockerConfig, readSettings } from '../../src/runners/docker/settings.ts';
import { PrepareError } from '../../src/runners/runner.ts';
import { parseSize } from '../../src/runners/size.ts';

function refusal(config: DockerConfig): string {
  try {
    readSettings(config);
  } catch (error) {
    if (error instanceof PrepareError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('sizes', () => {
  test.for([
    ['512MB', 512 * 1024 ** 2],
    ['512Mb', 512 * 1024 ** 2],
    ['512mb', 512 * 1024 ** 2],
    ['524288KB', 512 * 1024 ** 2],
    ['0.5GB', 512 * 1024 ** 2],
    ['512m', 512 * 1024 ** 2],
    ['1GiB', 1024 ** 3],
    ['1 gb', 1024 ** 3],
    ['1048576', 1024 ** 2],
    ['60', 60],
  ] as const)('%s is %i bytes', ([text, bytes]) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.for(['', 'lots', '12XB', '-5MB', '1,5GB', '5MB5', 'GB', '1e3'])('"%s" is none', text => {
    expect(parseSize(text)).toBeUndefined();
  });
});

describe('properties', () => {
  test('texts stand for numbers, booleans, lists and maps, as expressions give them', () => {
    const settings = readSettings({
      cpu: { cpus: '1.5' },
      memory: { memory: '64MB', memorySwap: '-1', memorySwappiness: '60', oomKillDisable: 'false' },
      privileged: 'TRUE',
      delete: 'false',
      entryPoint: '["/bin/sh", "-c"]',
      config: '{"auths": {"r.io": {"auth": "eDp5"}}}',
      user: 1000,
      shmSize: 67108864,
    });
    expect(settings).toMatchObject({
      nanoCpus: 1_500_000_000,
      memory: 64 * 1024 ** 2,
      memorySwap: -1,
      memorySwappiness: 60,
      oomKillDisable: false,
      privileged: true,
      delete: false,
      entryPoint: ['/bin/sh', '-c'],
      registryConfig: { auths: { 'r.io': { auth: 'eDp5' } } },
      user: '1000',
      shmSize: 67_108_864,
    });
  });

  test('defaults are Kestra’s', () => {
    expect(readSettings({})).toEqual({
      pullPolicy: 'IF_NOT_PRESENT',
      filesBy: 'VOLUME',
      entryPoint: [''],
      extraHosts: [],
      ports: { exposed: {}, bound: {} },
      volumes: [],
      devices: [],
      privileged: false,
      oomKillDisable: false,
      delete: true,
      wait: true,
      resume: true,
    });
    expect(readSettings({ entryPoint: null }).entryPoint).toBeUndefined();
  });

  test.for([
    [{ memory: { memory: 'lots' } }, "taskRunner.memory.memory: Invalid size with value 'lots'"],
    [{ memory: { memory: true } }, 'taskRunner.memory.memory'],
    [{ shmSize: '1XB' }, 'taskRunner.shmSize'],
    [{ cpu: { cpus: 'many' } }, 'taskRunner.cpu.cpus: must be a number'],
    [{ cpu: { cpus: 0 } }, 'taskRunner.cpu.cpus: must be 0.01 or more, not 0'],
    [{ cpu: { cpus: '0.0000000001' } }, 'taskRunner.cpu.cpus: must be 0.01 or more'],
    [{ cpu: { cpus: ' ' } }, 'taskRunner.cpu.cpus: must be a number, not " "'],
    [{ pullPolicy: 'SOMETIMES' }, 'taskRunner.pullPolicy: must be one of IF_NOT_PRESENT, ALWAYS, NEVER'],
    [{ portBindings: ['80', 'x:80'] }, 'taskRunner.portBindings[1]: "x:80"'],
    [{ portBindings: ['99999'] }, 'taskRunner.portBindings[0]'],
    [{ portBindings: ['70000:80'] }, 'taskRunner.portBindings[0]: "70000:80" is no port binding'],
    [{ portBindings: ['80 80:80'] }, 'taskRunner.portBindings[0]'],
    [{ portBindings: ['999.1.1.1:80:80'] }, 'taskRunner.portBindings[0]'],
    [{ portBindings: ['90-80:80'] }, 'taskRunner.portBindings[0]'],
    [{ portBindings: ['-90:80'] }, 'taskRunner.portBindings[0]'],
    [{ portBindings: ['90-92:80-81'] }, 'two ranges (8000-8009:80-89) must be of the same length'],
    [{ wait: 'perhaps' }, 'taskRunner.wait: must be true or false'],
    [{ memory: { memory: '1MB' } }, 'taskRunner.memory.memory: must be 6MB or more, not 1MB'],
    [{ memory: { memorySwap: '1GB' } }, 'taskRunner.memory.memorySwap: needs memory'],
    [{ memory: { memory: '64MB', memorySwap: '32MB' } }, 'taskRunner.memory.memorySwap: is memory and swap together'],
    [{ memory: { memorySwappiness: 101 } }, 'taskRunner.memory.memorySwappiness: must be from 0 to 100'],
    [{ memory: { memorySwappiness: '-1' } }, 'taskRunner.memory.memorySwappiness: must be from 0 to 100'],
    [{ memory: { memorySwappiness: '0.5' } }, 'taskRunner.memory.memorySwappiness: must be from 0 to 100'],
    [{ memory: { memorySwappiness: '60%' } }, 'taskRunner.memory.memorySwappiness: must be a number, not "60%"'],
    [{ memory: { memoryReservation: '1MB' } }, 'taskRunner.memory.memoryReservation: must be 6MB or more, not 1MB'],
    [{ memory: { memory: '64MB', memoryReservation: '65MB' } }, 'taskRunner.memory.memoryReservation: must be less'],
    [{ memory: { kernelMemory: '1MB' } }, 'taskRunner.memory.kernelMemory: must be 4MB or more'],
    [{ memory: { oomKillDisable: 'maybe' } }, 'taskRunner.memory.oomKillDisable'],
    [{ shmSize: 0 }, 'taskRunner.shmSize: must be more than 0'],
    [{ cpu: { cpus: -1 } }, 'taskRunner.cpu.cpus: must be 0.01 or more, not -1'],
    [{ cpu: 'x' }, 'taskRunner.cpu: must be a map'],
    [{ fileHandlingStrategy: 'COPY' }, 'taskRunner.fileHandlingStrategy: must be one of VOLUME, MOUNT'],
    [{ delete: 'perhaps' }, 'taskRunner.delete'],
    [{ resume: 3 }, 'taskRunner.resume'],
    [{ host: [] }, 'taskRunner.host: must be a text'],
    [{ user: {} }, 'taskRunner.user: must be a text'],
    [{ networkMode: [] }, 'taskRunner.networkMode: must be a text'],
    [{ extraHosts: [{}] }, 'taskRunner.extraHosts[0]: must be a text'],
    [{ extraHosts: ['a:1.2.3.4', 'nonsense'] }, 'taskRunner.extraHosts[1]: "nonsense" is no host with its address'],
    [{ extraHosts: ['db:10.0.0.999'] }, 'taskRunner.extraHosts[0]: "db:10.0.0.999"'],
    [{ extraHosts: [':10.0.0.9'] }, 'taskRunner.extraHosts[0]'],
    [{ entryPoint: 'x' }, 'taskRunner.entryPoint: must be a list'],
    [{ credentials: 'x' }, 'taskRunner.credentials: must be a map'],
    [{ credentials: { password: [] } }, 'taskRunner.credentials.password: must be a text'],
    [{ deviceRequests: [{ count: 'all' }] }, 'taskRunner.deviceRequests[0].count: must be a number'],
    [{ privileged: 'perhaps' }, 'taskRunner.privileged'],
    [{ config: '{' }, 'taskRunner.config: is no JSON'],
    [{ config: 'hello' }, 'taskRunner.config: must be a map'],
    [{ config: { auths: 'x' } }, 'taskRunner.config.auths: must be a map'],
    [{ config: { auths: { 'r.io': 'x' } } }, 'taskRunner.config.auths.r.io: must be a map'],
    [{ config: { auths: { 'r.io': { password: [] } } } }, 'taskRunner.config.auths.r.io.password: must be a text'],
    [{ config: '{"auths": {"r.io": {"auth": "eA=="}}}' }, 'taskRunner.config.auths.r.io.auth: is not base64 of user'],
    [{ config: { credHelpers: ['x'] } }, 'taskRunner.config.credHelpers: must be a map'],
    [{ config: { credHelpers: { 'r.io': {} } } }, 'taskRunner.config.credHelpers.r.io: must be a text'],
    [{ config: { credsStore: {} } }, 'taskRunner.config.credsStore: must be a text'],
    [{ config: { HttpHeaders: 'x' } }, 'taskRunner.config.HttpHeaders: must be a map'],
    [{ config: { HttpHeaders: { 'a b': 'x' } } }, 'taskRunner.config.HttpHeaders.a b: is no header of HTTP'],
    [{ config: { HttpHeaders: { Auth: 'x\r\nHost: y' } } }, 'taskRunner.config.HttpHeaders.Auth: is no header of HTTP'],
    [{ volumes: 'x' }, 'taskRunner.volumes: must be a list'],
    [{ deviceRequests: [1] }, 'taskRunner.deviceRequests[0]: must be a map'],
  ] as const)('%j is refused by name', ([config, words]) => {
    expect(refusal(config)).toContain(words);
  });

  test.for(['{"auths": {"r.io": {"password": hunter2secret}}}', '{"auths": {"r.io": {"password": "hunter2"secret"}}}'])(
    'a text that is no JSON is told without what it holds: %s',
    config => {
      expect(refusal({ config })).toMatch(/^taskRunner\.config: is no JSON( at position \d+ .*)?$/);
    },
  );

  test('hosts as docker run takes them', () => {
    const extraHosts = ['db: 10.0.0.5', 'six:::1', 'bare=[::2]', 'home:host-gateway'];
    expect(readSettings({ extraHosts }).extraHosts).toEqual([
      'db:10.0.0.5',
      'six:::1',
      'bare:::2',
      'home:host-gateway',
    ]);
  });

  test('ranges of ports: one for one, or any that is free', () => {
    const { ports } = readSettings({ portBindings: ['8000-8001:80-81/UDP', '9000-9009:90', '70-71'] });
    expect(ports.bound).toEqual({
      '80/udp': [{ HostIp: '', HostPort: '8000' }],
      '81/udp': [{ HostIp: '', HostPort: '8001' }],
      '90/tcp': [{ HostIp: '', HostPort: '9000-9009' }],
      '70/tcp': [{ HostIp: '', HostPort: '' }],
      '71/tcp': [{ HostIp: '', HostPort: '' }],
    });
  });

  test('ports as docker run takes them, with the documentation’s spaces', () => {
    const { ports } = readSettings({ portBindings: ['8080: 80/udp', '127.0.0.1: 8080: 80', '443', '[::1]:1:2'] });
    expect(ports.bound).toEqual({
      '80/udp': [{ HostIp: '', HostPort: '8080' }],
      '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
      '443/tcp': [{ HostIp: '', HostPort: '' }],
      '2/tcp': [{ HostIp: '::1', HostPort: '1' }],
    });
  });

  test('devices: an or-list of and-lists', () => {
    const { devices } = readSettings({
      deviceRequests: [
        { driver: 'nvidia', count: '-1', capabilities: [['gpu', 'compute'], 'video'], options: { a: 1 } },
      ],
    });
    expect(devices).toEqual([
      { Driver: 'nvidia', Count: -1, Capabilities: [['gpu', 'compute'], ['video']], Options: { a: '1' } },
    ]);
  });

  test('no limit of memory, in the engine’s words, is no wrong value', () => {
    expect(readSettings({ memory: { memory: 0, memorySwap: '-1', memorySwappiness: 0 } })).toMatchObject({ memory: 0 });
  });

  test('what is left out or dangerous is said', () => {
    const said = (config: DockerConfig, apiMinor = 41, podman = false) =>
      leftOutProperties(readSettings(config), [], { apiMinor, podman });
    expect(said({ memory: { kernelMemory: '4MB' } })).toEqual([]);
    expect(said({ memory: { kernelMemory: '4MB' } }, 42)).toEqual([expect.stringContaining('kernelMemory')]);
    expect(said({ memory: { oomKillDisable: true } })).toEqual([expect.stringContaining('Set memory.memory as well')]);
    expect(said({ memory: { oomKillDisable: true, memory: '64MB' } })).toEqual([]);
    const devices = { deviceRequests: [{ capabilities: [['gpu']] }] };
    expect(said(devices)).toEqual([]);
    expect(said(devices, 41, true)).toEqual([expect.stringContaining('deviceRequests is left out')]);
    expect(said({ memory: { kernelMemory: '4MB' } }, 41, true)).toEqual([expect.stringContaining('kernelMemory')]);
    expect(said({ volumes: ['/a:/b'] })).toEqual([expect.stringContaining('volume-enabled: true')]);
  });

  test('every property of the declaration is accepted by its schema', () => {
    const accepted = dockerDeclaration.schema().safeParse({
      type: dockerDeclaration.type,
      image: 'x',
      cpu: { cpus: 1 },
      memory: { memory: '512Mb' },
      volumes: ['/a:/b'],
      killGracePeriod: 'PT10S',
      credentials: { username: 'u', password: 'p' },
      config: { auths: {} },
      version: '1.0.0',
    });
    expect(accepted.success).toBe(true);
    const unknown = dockerDeclaration.schema().safeParse({ type: dockerDeclaration.type, pullPolcy: 'NEVER' });
    expect(unknown.success).toBe(false);
  });
});

describe('the container', () => {
  test('labels are cut as Kestra cuts them', () => {
    expect(labelValue('a'.repeat(70))).toBe('a'.repeat(63));
    expect(labelValue(`${'a'.repeat(62)}-b`)).toBe('a'.repeat(62));
    expect(labelValue('a_.--')).toBe('a');
    expect(labelValue('company.team')).toBe('company.team');
  });

  test('newer engines are not asked for kernel memory, which they refuse to know', () => {
    const spec = {
      runId: 'r',
      owner: 'o',
      labels: {},
      argv: ['x'],
      env: {},
      workDir: '/w',
      outputDir: '/w/o',
      runDir: '/r',
      wanted: [],
      shared: false,
    };
    const body = (apiMinor: number) =>
      JSON.stringify(
        containerBody(spec, readSettings({ memory: { kernelMemory: '4MB' } }), {
          image: 'i',
          outputVolume: false,
          volumes: [],
          apiMinor,
          podman: false,
        }),
      );
    expect(body(41)).toContain('"KernelMemory":4194304');
    expect(body(42)).not.toContain('KernelMemory');
  });
});
