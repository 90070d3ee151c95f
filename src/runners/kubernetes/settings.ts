/** The runner's rendered properties, read, checked and with their defaults. */
import { DurationError, parseDuration } from '../../model/duration.ts';
import { isMap, isNumeric, type Value, type ValueMap } from '../../model/value.ts';
import { PropertyReader, refused } from '../property-reader.ts';
import { type TokenSource, tokenSource, type WithTokenSource } from '../token-source.ts';

/** As a flow writes it, with expressions rendered. */
export type KubernetesConfig = ValueMap & WithTokenSource;

const pullPolicies = { IF_NOT_PRESENT: 'IfNotPresent', ALWAYS: 'Always', NEVER: 'Never' } as const;
type PolicyWord = keyof typeof pullPolicies;

/** Times are milliseconds; raw specs are plain JSON. */
export interface Settings {
  /** Undefined: looked for outside the flow. */
  readonly connection: PropertyReader | undefined;
  /** Of `config.oauthTokenProvider`. */
  readonly token: TokenSource | undefined;
  readonly namespace: string;
  readonly containerSpec: JsonMap;
  readonly podSpec: JsonMap;
  readonly carrierSpec: JsonMap;
  readonly carrierImage: string;
  readonly carrierResources: JsonMap | undefined;
  readonly delete: boolean;
  readonly resume: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>> | undefined;
  readonly pullPolicy: (typeof pullPolicies)[PolicyWord];
  readonly resources: JsonMap | undefined;
  readonly serviceAccountName: string | undefined;
  readonly syncWorkingDirectory: boolean;
  readonly waitForLogs: number;
  readonly waitUntilCompletion: number;
  readonly waitUntilRunning: number;
}

/** A part of an object of the API. */
export interface JsonMap {
  readonly [key: string]: Json | undefined;
}
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;

/** @throws PrepareError that names the property */
export function readSettings(config: KubernetesConfig): Settings {
  const read = new PropertyReader(config);
  const given = read.map('config');
  const connection = given && new PropertyReader(given, 'config.');
  const carrier = read.below('fileSidecar');
  const carrierResources = carrier.map('resources');
  return {
    connection,
    token: config[tokenSource],
    namespace: read.text('namespace') ?? connection?.text('namespace') ?? 'default',
    containerSpec: plainMap(read.map('containerSpec')),
    podSpec: plainMap(read.map('podSpec')),
    carrierSpec: plainMap(read.map('fileSideCarSpec')),
    carrierImage: carrier.text('image') ?? 'busybox',
    carrierResources: carrierResources && plainMap(carrierResources),
    delete: read.boolean('delete', true),
    resume: read.boolean('resume', true),
    labels: texts(read, 'labels') ?? {},
    nodeSelector: texts(read, 'nodeSelector'),
    pullPolicy: pullPolicies[read.oneOf('pullPolicy', Object.keys(pullPolicies) as PolicyWord[], 'ALWAYS')],
    resources: readResources(read.below('resources')),
    serviceAccountName: read.text('serviceAccountName'),
    syncWorkingDirectory: read.boolean('syncWorkingDirectory', false),
    waitForLogs: duration(read, 'waitForLogs', 'PT5S'),
    waitUntilCompletion: duration(read, 'waitUntilCompletion', 'PT1H'),
    waitUntilRunning: duration(read, 'waitUntilRunning', 'PT10M'),
  };
}

function duration(read: PropertyReader, name: string, otherwise: string): number {
  try {
    return parseDuration(read.text(name) ?? otherwise);
  } catch (error) {
    if (error instanceof DurationError) throw refused(read.path(name), error.message);
    throw error;
  }
}

function texts(read: PropertyReader, name: string): Readonly<Record<string, string>> | undefined {
  const map = read.map(name);
  if (map === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => {
      if (typeof value === 'string' || typeof value === 'boolean' || isNumeric(value)) return [key, String(value)];
      throw refused(`${read.path(name)}.${key}`, 'must be a text');
    }),
  );
}

/** An amount as Kubernetes writes it; its server would name no field. */
function quantity(read: PropertyReader, name: string): string | undefined {
  const text = read.text(name);
  if (text === undefined || /^[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(text)) return text;
  throw refused(read.path(name), `"${text}" is no amount. Write it as 500m, 2, 128Mi or 1Gi.`);
}

/** Kestra writes `request` and `limit` where Kubernetes has a plural. */
function readResources(read: PropertyReader): JsonMap | undefined {
  const amounts = (name: 'request' | 'limit') => {
    const below = read.below(name);
    const [cpu, memory] = [quantity(below, 'cpu'), quantity(below, 'memory')];
    return { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
  };
  const [requests, limits] = [amounts('request'), amounts('limit')];
  const some = (amount: JsonMap) => Object.keys(amount).length > 0;
  if (!some(requests) && !some(limits)) return undefined;
  return { ...(some(requests) && { requests }), ...(some(limits) && { limits }) };
}

function plainMap(map: ValueMap | undefined): JsonMap {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, plain(value)]));
}

function plain(value: Value): Json {
  if (Array.isArray(value)) return (value as readonly Value[]).map(plain);
  if (isMap(value)) return plainMap(value);
  if (isNumeric(value)) return Number(String(value));
  return value as string | boolean | null;
}
