/** The runner's rendered properties, read, checked and with their defaults. */
import { isIP } from 'node:net';
import { isMap, isNumeric, type Value, type ValueMap } from '../../model/value.ts';
import { PropertyReader, refused } from '../property-reader.ts';
import { type PortBindings, parsePortBindings } from './port-bindings.ts';
import {
  type Credentials,
  type Headers,
  type RegistryConfig,
  readCredentials,
  readHeaders,
  readRegistryConfig,
} from './registry-config.ts';

/** As a flow writes it, with expressions rendered. */
export type DockerConfig = ValueMap;

export const pullPolicies = ['IF_NOT_PRESENT', 'ALWAYS', 'NEVER'] as const;
const fileStrategies = ['VOLUME', 'MOUNT'] as const;

/** Sizes are bytes. What is absent is left to the engine. */
export interface Settings {
  readonly host?: string;
  readonly image?: string;
  readonly pullPolicy: (typeof pullPolicies)[number];
  readonly filesBy: (typeof fileStrategies)[number];
  /** `[""]` clears the image's entry point; absent keeps it. */
  readonly entryPoint?: readonly string[];
  readonly user?: string;
  readonly networkMode?: string;
  readonly extraHosts: readonly string[];
  readonly ports: PortBindings;
  readonly volumes: readonly string[];
  readonly devices: readonly DeviceRequest[];
  readonly privileged: boolean;
  readonly nanoCpus?: number;
  readonly memory?: number;
  /** `memory.memory` as written. */
  readonly memoryText?: string;
  /** -1: as much as there is. */
  readonly memorySwap?: number;
  readonly memorySwappiness?: number;
  readonly memoryReservation?: number;
  readonly kernelMemory?: number;
  readonly oomKillDisable: boolean;
  readonly shmSize?: number;
  readonly delete: boolean;
  /** False: the run is over when its program has begun, and its container stays. */
  readonly wait: boolean;
  readonly resume: boolean;
  readonly registryConfig?: RegistryConfig;
  readonly headers?: Headers;
  readonly credentials?: Credentials;
}

export interface DeviceRequest {
  readonly Driver: string;
  readonly Count?: number;
  readonly DeviceIDs?: readonly string[];
  readonly Capabilities: readonly (readonly string[])[];
  readonly Options: Readonly<Record<string, string>>;
}

/** @throws PrepareError that names the property */
export function readSettings(config: DockerConfig): Settings {
  const read = new PropertyReader(config);
  const memory = read.below('memory');
  // Bounds that the engine has itself are refused here, before an image is pulled for nothing.
  const sizes = readMemory(memory);
  const shmSize = read.size('shmSize');
  if (shmSize === 0) throw refused('shmSize', 'must be more than 0');
  const settings: Partial<Record<keyof Settings, unknown>> = {
    host: read.text('host'),
    image: read.text('image'),
    pullPolicy: read.oneOf('pullPolicy', pullPolicies, 'IF_NOT_PRESENT'),
    filesBy: read.oneOf('fileHandlingStrategy', fileStrategies, 'VOLUME'),
    entryPoint: config.entryPoint === null ? undefined : (read.texts('entryPoint') ?? ['']),
    user: read.text('user'),
    networkMode: read.text('networkMode'),
    extraHosts: readExtraHosts(read),
    ports: parsePortBindings(read.texts('portBindings') ?? [], read.path('portBindings')),
    volumes: readVolumes(read),
    devices: (read.list('deviceRequests') ?? []).map(readDevice),
    privileged: read.boolean('privileged', false),
    nanoCpus: readCpus(read.below('cpu')),
    ...sizes,
    memoryText: memory.text('memory'),
    oomKillDisable: memory.boolean('oomKillDisable', false),
    shmSize,
    delete: read.boolean('delete', true),
    wait: read.boolean('wait', true),
    resume: read.boolean('resume', true),
    registryConfig: read.map('config') && readRegistryConfig(read.below('config')),
    headers: readHeaders(read.below('config')),
    credentials: readCredentials(read.below('credentials')),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as unknown as Settings;
}

const megabyte = 1024 ** 2;

function readMemory(
  read: PropertyReader,
): Pick<Settings, 'memory' | 'memorySwap' | 'memorySwappiness' | 'memoryReservation' | 'kernelMemory'> {
  const memory = read.size('memory');
  const memorySwap = read.text('memorySwap') === '-1' ? -1 : read.size('memorySwap');
  const memorySwappiness = read.number('memorySwappiness');
  const memoryReservation = read.size('memoryReservation');
  const kernelMemory = read.size('kernelMemory');
  const check = (wrong: boolean, name: string, problem: string) => {
    if (wrong) throw refused(read.path(name), problem);
  };
  // https://docs.docker.com/engine/containers/resource_constraints/#limit-a-containers-access-to-memory
  // 0 is the engine's word for no limit.
  check(
    memory !== undefined && memory !== 0 && memory < 6 * megabyte,
    'memory',
    `must be 6MB or more, not ${read.text('memory')}`,
  );
  check((memorySwap ?? 0) > 0 && !memory, 'memorySwap', 'needs memory to be set as well');
  check(
    memorySwap !== undefined && memorySwap > 0 && memorySwap < (memory ?? 0),
    'memorySwap',
    `is memory and swap together: must not be less than memory (${read.text('memory')})`,
  );
  const isShare = (value: number) => Number.isInteger(value) && value >= 0 && value <= 100;
  check(
    memorySwappiness !== undefined && !isShare(memorySwappiness),
    'memorySwappiness',
    `must be from 0 to 100, in whole numbers, not ${memorySwappiness}`,
  );
  check(
    memoryReservation !== undefined && Boolean(memory) && memoryReservation > (memory ?? 0),
    'memoryReservation',
    `must be less than memory (${read.text('memory')})`,
  );
  check(
    (memoryReservation ?? 0) > 0 && (memoryReservation ?? 0) < 6 * megabyte,
    'memoryReservation',
    `must be 6MB or more, not ${read.text('memoryReservation')}`,
  );
  check(kernelMemory !== undefined && kernelMemory < 4 * megabyte, 'kernelMemory', 'must be 4MB or more');
  return Object.fromEntries(
    Object.entries({ memory, memorySwap, memorySwappiness, memoryReservation, kernelMemory }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function readCpus(cpu: PropertyReader): number | undefined {
  const cpus = cpu.number('cpus');
  if (cpus === undefined) return undefined;
  // The kernel counts in 1 ms of each 100; with less the engine creates the container and cannot start it.
  if (cpus < 0.01) throw refused(cpu.path('cpus'), `must be 0.01 or more, not ${cpus}`);
  return Math.round(cpus * 1e9);
}

/** `name:ip`, with what `docker run` allows beside it: `name=ip`, brackets around an IPv6 address, blanks. */
function readExtraHosts(read: PropertyReader): string[] {
  return (read.texts('extraHosts') ?? []).map((host, index) => {
    const [, name, address = ''] = /^([^\s:=]+)\s*[:=]\s*(.*)$/.exec(host.trim()) ?? [];
    const ip = address.replace(/^\[(.*)\]$/, '$1');
    // The engine's own word for its machine.
    if (name !== undefined && (isIP(ip) || ip === 'host-gateway')) return `${name}:${ip}`;
    throw refused(`${read.path('extraHosts')}[${index}]`, `"${host}" is no host with its address. Write name:ip`);
  });
}

/** `source:/target[:options]`; on Windows a source has a colon of its own. */
function readVolumes(read: PropertyReader): string[] {
  const volumes = read.texts('volumes') ?? [];
  for (const [index, volume] of volumes.entries()) {
    if (/.:\/[^:]+(:[^:]+)?$/.test(volume)) continue;
    const problem = `"${volume}" is no volume. Write /path/of/engine:/path/in/container, with :ro behind it to write-protect it`;
    throw refused(`${read.path('volumes')}[${index}]`, problem);
  }
  return volumes;
}

function readDevice(value: Value, index: number): DeviceRequest {
  const path = `deviceRequests[${index}]`;
  if (!isMap(value)) throw refused(path, 'must be a map');
  const read = new PropertyReader(value, `${path}.`);
  const count = read.number('count');
  if (count !== undefined && !Number.isInteger(count))
    throw refused(read.path('count'), `must be a whole number, not ${count}`);
  const deviceIds = read.texts('deviceIds');
  const options = read.below('options');
  return {
    Driver: read.text('driver') ?? '',
    ...(count !== undefined && { Count: count }),
    ...(deviceIds && { DeviceIDs: deviceIds }),
    Capabilities: (read.list('capabilities') ?? []).map((all, place) =>
      readCapabilities(all, `${path}.capabilities[${place}]`),
    ),
    Options: Object.fromEntries(Object.keys(read.map('options') ?? {}).map(name => [name, options.text(name) ?? ''])),
  };
}

/** A list of capabilities that a device must have all of; one alone may stand without its list. */
function readCapabilities(value: Value, path: string): string[] {
  const all = Array.isArray(value) ? (value as readonly Value[]) : [value];
  return all.map(one => {
    if (typeof one === 'string' || isNumeric(one)) return String(one);
    throw refused(path, 'must be a list of texts');
  });
}
