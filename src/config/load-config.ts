/** The configuration from Kestra's own form of file, the environment and a secrets file. */
import { nearest } from '../flow/check/nearest.ts';
import type { Locations } from '../flow/yaml/locations.ts';
import { readYaml } from '../flow/yaml/read-yaml.ts';
import { EncryptionError, encryptText } from '../model/encryption.ts';
import type { Problem } from '../model/flow.ts';
import type { PluginDefault } from '../model/plugin-default.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Config } from './config.ts';
import { fillPlaceholders } from './placeholders.ts';
import { readSecrets } from './secrets.ts';
import { isSecretSource, isServerSecret } from './server-secrets.ts';
import { find, findMap, kebabCase, namesBelow } from './settings.ts';

/** Kestra's default up to 0.22; later releases have `ENV_`. `kestra.variables.env-vars-prefix` chooses. */
const defaultPrefix = 'KESTRA_';
/** Never among `envs.*`: `kestra.variables.redacted-env-vars` as Kestra sets it. */
const redacted: ReadonlySet<string> = new Set([
  'KESTRA_PLUGINS_PATH',
  'KESTRA_CONFIGURATION_PATH',
  'KESTRA_CONFIGURATION',
]);
const docker = 'io.kestra.plugin.scripts.runner.docker.Docker';

/** Names below these are few and matter here, so a near miss is worth a word. The rest of Kestra's settings is not read. */
const knownNames: Readonly<Record<string, readonly string[]>> = {
  kestra: ['variables', 'plugins', 'encryption', 'tasks', 'local-files', 'url', 'environment'],
  'kestra.variables': [
    'env-vars-prefix',
    'globals',
    'cache-enabled',
    'cache-size',
    'recursive-rendering',
    'redacted-env-vars',
  ],
  'kestra.plugins': ['configurations', 'defaults', 'repositories', 'security', 'management'],
  'kestra.encryption': ['secret-key'],
  'kestra.local-files': ['allowed-paths', 'enable-preview'],
  'kestra.tasks': ['defaults', 'tmp-dir', 'scripts', 'subflow'],
  windlass: ['worker-groups'],
};

/** What the configuration is made of; all of it may be absent. */
export interface ConfigSources {
  /** The YAML text of `--config`. */
  readonly text?: string;
  /** The dotenv text of `--secrets`. */
  readonly secretsText?: string;
  /** Those that are kept in the state folder, by upper-case name. */
  readonly keptSecrets?: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The settings in force, and what is wrong with them. Settings that are not known are ignored: Kestra has hundreds.
 * Positions are those of the configuration's text, for secrets those of the secrets file.
 */
export function loadConfig(sources: ConfigSources): { config: Config; problems: Problem[] } {
  const yaml = readYaml(sources.text ?? '');
  const written: Value = yaml.documents[0]?.value ?? {};
  const reader = new SettingsReader(written, yaml.locations, sources.env);
  reader.problems.push(...yaml.problems);
  if (!isMap(written)) reader.report('wrong-type', 'a configuration must be a map that begins with "kestra:"', []);
  reader.reportMisspelt();
  reader.reportUnused();
  const { secrets, problems } = readSecrets(sources.env, sources.keptSecrets ?? {}, sources.secretsText);
  reader.problems.push(...problems);
  const encryptionKey = reader.encryptionKey();
  const tmpDir = reader.text('kestra.tasks.tmp-dir.path');
  const workerGroups = reader.texts('windlass.worker-groups');
  const url = reader.text('kestra.url');
  const environment = findMap(reader.root, 'kestra.environment');
  const config: Config = {
    globals: kebabKeys(findMap(reader.root, 'kestra.variables.globals')),
    envs: envsOf(sources.env, reader.text('kestra.variables.env-vars-prefix') ?? defaultPrefix),
    recursiveRendering: reader.flag('kestra.variables.recursive-rendering'),
    ...(encryptionKey !== undefined && { encryptionKey }),
    pluginDefaults: [...reader.defaults('kestra.tasks.defaults'), ...reader.defaults('kestra.plugins.defaults')],
    pluginConfigurations: reader.configurations(),
    ...(tmpDir !== undefined && { tmpDir }),
    allowedPaths: reader.texts('kestra.local-files.allowed-paths') ?? [],
    ...(workerGroups && { workerGroups }),
    ...(url !== undefined && { url }),
    ...(Object.keys(environment).length > 0 && { environment }),
    secrets,
    environmentVariables: inherited(sources.env, reader.secretVariables),
  };
  return { config, problems: reader.problems };
}

/** Kestra's framework spells all keys that way, on every level: `my_global` is `globals['my-global']`. */
function kebabKeys(map: ValueMap): ValueMap {
  const convert = (value: Value): Value =>
    isMap(value) ? kebabKeys(value) : isList(value) ? value.map(convert) : value;
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [kebabCase(key), convert(value)]));
}

function envsOf(env: ConfigSources['env'], prefix: string): Readonly<Record<string, string>> {
  const entries = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && name.startsWith(prefix) && !redacted.has(name)
      ? [[name.slice(prefix.length).toLowerCase(), value]]
      : [],
  );
  return Object.fromEntries(entries);
}

/**
 * What programs of flows on this machine see: everything but secrets, which a script gets by `{{ secret() }}` and then
 * masked, and what the server has for itself.
 */
function inherited(env: ConfigSources['env'], read: ReadonlySet<string>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || isServerSecret(name) || read.has(name) ? [] : [[name, value]],
    ),
  );
}

class SettingsReader {
  readonly problems: Problem[] = [];
  readonly root: Value;
  /** Environment variables whose values are secrets of the server. */
  readonly secretVariables = new Set<string>();
  readonly #written: Value;
  readonly #locations: Locations;

  constructor(written: Value, locations: Locations, env: ConfigSources['env']) {
    this.#written = written;
    this.#locations = locations;
    const { value, missing } = fillPlaceholders(written, (name, path) => {
      if (isSecretSource(name, path.join('.'))) this.secretVariables.add(name);
      const setting = env[name] ?? find(written, name)?.value;
      return setting === undefined || typeof setting === 'object' ? undefined : String(setting);
    });
    this.root = value;
    for (const { name, path } of missing) {
      // Only where it is read: the rest of a Kestra configuration (databases, queues) is none of ours.
      if (path[0] !== 'kestra') continue;
      const hint = `Set the environment variable ${name}, or write \${${name}:default}.`;
      this.report('missing-variable', `the placeholder \${${name}} has no value`, path, hint);
    }
  }

  report(
    code: string,
    message: string,
    path: readonly (string | number)[],
    hint?: string,
    severity: Problem['severity'] = 'error',
  ): void {
    const root = typeof this.#written === 'object' && this.#written !== null ? this.#written : {};
    this.problems.push({
      code,
      severity,
      message,
      path: path.join('.'),
      position: this.#locations.positionOf(root, path, severity === 'warning' ? 'key' : 'value'),
      ...(hint !== undefined && { hint }),
    });
  }

  reportMisspelt(): void {
    for (const [parent, known] of Object.entries(knownNames)) {
      for (const { name, path } of namesBelow(this.root, parent)) {
        if (known.includes(name)) continue;
        const near = nearest(name, known, 2);
        if (near === undefined) continue;
        this.report(
          'unknown-property',
          `${parent}.${name} is not a setting that is known`,
          path,
          `Did you mean ${near}?`,
          'warning',
        );
      }
    }
  }

  /** A file without the names that everything stands below: they were forgotten, or it is another file. */
  reportUnused(): void {
    const names = isMap(this.root) ? Object.keys(this.root) : [];
    const [first] = names;
    if (first === undefined || names.some(name => /^(kestra|windlass)(\.|$)/.test(name))) return;
    const message = 'nothing of this file is used: settings stand below kestra: or windlass:';
    this.report('unknown-property', message, [first], undefined, 'warning');
  }

  text(name: string): string | undefined {
    const setting = find(this.root, name);
    if (!setting) return undefined;
    if (typeof setting.value !== 'object') return String(setting.value);
    this.report('wrong-type', `${name} must be text`, setting.path);
    return undefined;
  }

  texts(name: string): readonly string[] | undefined {
    const setting = find(this.root, name);
    if (!setting) return undefined;
    if (isList(setting.value)) return setting.value.map(String);
    this.report('wrong-type', `${name} must be a list`, setting.path, 'Put "- " in front of each.');
    return undefined;
  }

  flag(name: string): boolean {
    const setting = find(this.root, name);
    if (!setting) return false;
    const text = String(setting.value).toLowerCase();
    if (text !== 'true' && text !== 'false') this.report('wrong-type', `${name} must be true or false`, setting.path);
    return text === 'true';
  }

  encryptionKey(): string | undefined {
    const name = 'kestra.encryption.secret-key';
    const key = this.text(name);
    if (key === undefined) return undefined;
    try {
      encryptText(key, '');
      return key;
    } catch (error) {
      if (!(error instanceof EncryptionError)) throw error;
      this.report('invalid-value', error.message, find(this.root, name)?.path ?? []);
      return undefined;
    }
  }

  defaults(name: string): readonly PluginDefault[] {
    return this.#entries(name).map(({ type, values, entry }) => ({
      type,
      values,
      forced: String(entry.forced ?? false) === 'true',
    }));
  }

  configurations(): Readonly<Record<string, ValueMap>> {
    const byType = new Map<string, ValueMap>();
    for (const { type, values } of this.#entries('kestra.plugins.configurations')) {
      if (!byType.has(type))
        byType.set(type, Object.fromEntries(Object.entries(values).map(([key, value]) => [kebabCase(key), value])));
    }
    // The older switch for volumes; the newer one wins.
    if (this.flag('kestra.tasks.scripts.docker.volume-enabled')) {
      byType.set(docker, { 'volume-enabled': true, ...byType.get(docker) });
    }
    return Object.fromEntries(byType);
  }

  /** A list of `{type, values}`. */
  #entries(name: string): readonly { type: string; values: ValueMap; entry: ValueMap }[] {
    const setting = find(this.root, name);
    if (!setting) return [];
    if (!isList(setting.value)) {
      this.report(
        'wrong-type',
        `${name} must be a list of {type, values}`,
        setting.path,
        'Put "- " in front of each entry.',
      );
      return [];
    }
    return setting.value.flatMap((entry, index) => this.#entry(entry, name, [...setting.path, index], index));
  }

  #entry(
    entry: Value,
    name: string,
    at: readonly (string | number)[],
    index: number,
  ): readonly { type: string; values: ValueMap; entry: ValueMap }[] {
    if (!isMap(entry) || typeof entry.type !== 'string') {
      this.report('missing-property', `${name}[${index}] must be a map with a type`, at);
      return [];
    }
    if (!isMap(entry.values)) {
      this.report('missing-property', `${name}[${index}]: No 'values' provided`, at);
      return [];
    }
    return [{ type: entry.type, values: entry.values, entry }];
  }
}
