/** The settings in force, from Kestra's own form of configuration file; see docs/configuration.md. */
import type { PluginDefault } from '../model/plugin-default.ts';
import type { ValueMap } from '../model/value.ts';

/** Everything in force, defaults filled in. */
export interface Config {
  /** `kestra.variables.globals`, keys kebab-cased as Kestra's framework does. */
  readonly globals: ValueMap;
  /** `envs.*`: environment variables with the prefix (`kestra.variables.env-vars-prefix`), prefix cut, lower case. */
  readonly envs: Readonly<Record<string, string>>;
  readonly recursiveRendering: boolean;
  /** `kestra.encryption.secret-key`: base64. */
  readonly encryptionKey?: string;
  /** `kestra.plugins.defaults` after the deprecated `kestra.tasks.defaults`. */
  readonly pluginDefaults: readonly PluginDefault[];
  /** `kestra.plugins.configurations`: values by type, first wins. */
  readonly pluginConfigurations: Readonly<Record<string, ValueMap>>;
  /** `kestra.tasks.tmp-dir.path`: where working directories are made. */
  readonly tmpDir?: string;
  /** `kestra.local-files.allowed-paths`: folders of this machine that `file:///…` may name files of. */
  readonly allowedPaths: readonly string[];
  /** `windlass.worker-groups`: those whose tasks this process runs; undefined: all. */
  readonly workerGroups?: readonly string[];
  /** `kestra.url` and `kestra.environment`, for `kestra.*`. */
  readonly url?: string;
  readonly environment?: ValueMap;
  /** Secrets by upper-case name, decoded: from `SECRET_*` (base64), the state folder and `--secrets` (plain). */
  readonly secrets: Readonly<Record<string, string>>;
  /** The environment that Process runs inherit. */
  readonly environmentVariables: Readonly<Record<string, string>>;
}
