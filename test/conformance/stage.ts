/** What the recorded flows are played on: a state folder, the recording's configuration and environment. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/cli/settings.ts';
import { openWorkspace, type WorkspaceOptions } from '../../src/cli/workspace.ts';
import { testHost } from '../docker/engine.ts';
import { folder } from './cases.ts';
import type { Stage } from './play.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The environment of the recording; @param scratch where scripts count their attempts */
export function recordedEnvironment(scratch: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TZ: 'UTC',
    TMPDIR: scratch,
    DOCKER_HOST: testHost,
    SECRET_MYSECRET: base64('s3cr3t-value'),
    SECRET_JSONSECRET: base64('{"a":{"b":"inner"}}'),
    KESTRA_MY_ENV_VAR: 'fromenv',
    ENV_OTHER: 'other',
  };
}

export interface OpenStage extends Stage {
  /** Faults of ours that were told; there must be none. */
  readonly faults: readonly Error[];
  /** Names of what is still in the folders of runs and working directories. */
  leftovers(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openStage(keep: 'state' | 'ephemeral'): Promise<OpenStage> {
  const scratch = await mkdtemp(join(tmpdir(), 'windlass-conformance-'));
  const environment = recordedEnvironment(scratch);
  const { config } = readSettings({ config: join(folder, 'config.yaml') }, environment);
  const options: WorkspaceOptions = keep === 'state' ? { state: join(scratch, 'state') } : { ephemeral: true };
  const workspace = await openWorkspace(options);
  const faults: Error[] = [];
  const session = workspace.session(config, environment, { fault: error => faults.push(error) });
  return {
    workspace,
    session,
    config,
    environment,
    scratch,
    faults,
    async leftovers() {
      const found = ['work', 'runs'].map(name => readdir(join(workspace.dir, name)).catch(() => []));
      return (await Promise.all(found)).flat();
    },
    async close() {
      await workspace.close();
      await rm(scratch, { recursive: true });
    },
  };
}
