/** The Process runner: programs on this machine that outlive us and are found again. */
import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunSpec } from '../../model/run.ts';
import type { Handle, Lost, Probe, Run, TaskRunner } from '../runner.ts';
import { processDeclaration } from './declaration.ts';
import { limitCommands } from './limits.ts';
import { ProcessRun } from './process-run.ts';
import { createRunFolder, foldersIn, readRecord, removeEmptyFolder } from './run-folder.ts';

const handleVersion = 1;

export interface ProcessRunnerOptions {
  /** Programs see these variables, and their own over them. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder whose folders are the `runDir`s: where `list` looks. Without it, `list` finds nothing. */
  readonly runsDir?: string;
}

/** Runs programs under a `/bin/sh` that watches over them; see supervisor.ts and run-folder.ts. */
export function createProcessRunner(options: ProcessRunnerOptions): TaskRunner {
  const pipeStock = options.runsDir === undefined ? undefined : join(dirname(options.runsDir), 'pipes');
  return {
    ...processDeclaration,
    capabilities: { needsImage: false, separateStreams: true, memoryLimit: false, inheritsEnvironment: true },

    async probe(): Promise<Probe> {
      try {
        accessSync('/bin/sh', constants.X_OK);
        return { usable: true, detail: 'Local processes, watched by /bin/sh' };
      } catch {
        return {
          usable: false,
          why: 'There is no /bin/sh on this machine.',
          whatToDo: 'Use Linux or macOS; on Windows, run Windlass in WSL2.',
        };
      }
    },

    paths: spec => ({ workingDir: spec.workDir, outputDir: spec.outputDir }),

    async prepare(spec, config): Promise<Handle> {
      limitCommands(config);
      createRunFolder(spec.runDir, { runId: spec.runId, owner: spec.owner });
      return handleOf(spec.runDir, spec.runId);
    },

    async open(handle, spec, config): Promise<Run | Lost> {
      const dir = folderOf(handle);
      if (dir === undefined)
        return { lost: `The stored handle has version ${handle.version}, which is not known here.` };
      const record = readRecord(dir);
      if (record?.runId !== handle.runId) {
        return { lost: `The folder of the run is gone: ${dir}. It was removed from outside.` };
      }
      return opened(new ProcessRun(dir, record, pipeStock), spec, config);
    },

    async *list(owner): AsyncIterable<Handle> {
      for (const dir of options.runsDir === undefined ? [] : foldersIn(options.runsDir)) {
        const record = readRecord(dir);
        if (record?.owner === owner) yield handleOf(dir, record.runId);
      }
    },

    async remove(handle): Promise<void> {
      const dir = folderOf(handle);
      const record = dir === undefined ? undefined : readRecord(dir);
      if (dir === undefined) return;
      if (record === undefined) removeEmptyFolder(dir);
      else if (record.runId === handle.runId) await new ProcessRun(dir, record, pipeStock).dispose();
    },
  };

  function opened(run: ProcessRun, spec: RunSpec, config: unknown): Run {
    return {
      start: async () => run.start(spec, options.environment, limitCommands(config)),
      logs: from => run.logs(from),
      outcome: signal => run.outcome(signal),
      // The program worked in the task's own working directory: its files are there already.
      fetch: async () => {},
      stop: how => run.stop(how),
      dispose: () => run.dispose(),
    };
  }
}

function handleOf(dir: string, runId: string): Handle {
  return { runner: processDeclaration.type, version: handleVersion, runId, data: { dir } };
}

function folderOf(handle: Handle): string | undefined {
  const dir = handle.data.dir;
  return handle.version === handleVersion && typeof dir === 'string' ? dir : undefined;
}
