/** The runner's rendered properties, read, checked and with their defaults. */
import { isMap, isNumeric, type Value, type ValueMap } from '../../model/value.ts';
import { PropertyReader, refused } from '../property-reader.ts';
import { type PortBindings, parsePortBindings } from './port-bindings.ts';

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
  readonly registryConfig?: ValueMap;
  /** `config.HttpHeaders`: sent to the engine with every request, as Docker's own command line does. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: Credentials;
}

export interface DeviceRequest {
  readonly Driver: string;
  readonly Count?: number;
  readonly DeviceIDs?: readonly string[];
  readonly Capabilities: readonly (readonly string[])[];
  readonly Options: Readonly<Record<string, string>>;
}

export interface Credentials {
  readonly registry?: string;
  readonly username?: string;
  readonly password?: string;
  readonly registryToken?: string;
  readonly identityToken?: string;
  readonly auth?: string;
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
    extraHosts: read.texts('extraHosts') ?? [],
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
    registryConfig: read.map('config'),
    headers: readHeaders(read.below('config')),
    credentials: readCredentials(read),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as unknown as Settings;
}

const megabyte = 1024 ** 2;

function readMemory(
  read: PropertyReader,
): Pick<Settings, 'memory' | 'memorySwap' | 'memorySwappiness' | 'memoryReservation' | 'kernelMemory'> {
  const memory = read.size('memory');
  const memorySwap = read.text('memorySwap') === '-1' ? -1 : read.size('memorySwap');
  const memorySwappiness = read.size('memorySwappiness');
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
  check(memorySwappiness !== undefined && memorySwappiness > 100, 'memorySwappiness', 'must be from 0 to 100');
  check(
    memoryReservation !== undefined && Boolean(memory) && memoryReservation > (memory ?? 0),
    'memoryReservation',
    `must be less than memory (${read.text('memory')})`,
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
  if (cpus <= 0) throw refused(cpu.path('cpus'), `must be more than 0, not ${cpus}`);
  return Math.round(cpus * 1e9);
}

/** `source:/target[:options]`; on Windows a source has a colon of its own. */
function readVolumes(read: PropertyReader): string[] {
  const volumes = read.texts('volumes') ?? [];
  for (const [index, volume] of volumes.entries()) {
    if (/.:\/[^:]*(:[^:]+)?$/.test(volume)) continue;
    const problem = `"${volume}" is no volume. Write /path/of/engine:/path/in/container, with :ro behind it to write-protect it`;
    throw refused(`${read.path('volumes')}[${index}]`, problem);
  }
  return volumes;
}

function readHeaders(config: PropertyReader): Settings['headers'] {
  const names = Object.keys(config.map('HttpHeaders') ?? {});
  if (names.length === 0) return undefined;
  const given = config.below('HttpHeaders');
  return Object.fromEntries(
    names.map(name => {
      const value = given.text(name) ?? '';
      // The value is not repeated in the refusal: it may be a token.
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value))
        throw refused(given.path(name), 'is no header of HTTP');
      return [name, value];
    }),
  );
}

function readCredentials(read: PropertyReader): Credentials | undefined {
  if (read.map('credentials') === undefined) return undefined;
  const given = read.below('credentials');
  const names = ['registry', 'username', 'password', 'registryToken', 'identityToken', 'auth'] as const;
  const written = Object.fromEntries(
    names.map(name => [name, given.text(name)] as const).filter(([, value]) => value !== undefined),
  );
  if (written.auth !== undefined && !Buffer.from(written.auth, 'base64').includes(':')) {
    const problem = 'is not base64 of user:password. A token goes into identityToken or registryToken';
    throw refused(given.path('auth'), problem);
  }
  return written;
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
