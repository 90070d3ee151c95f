import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessRunner } from '../../src/runners/process/index.ts';
import { runnerContract } from '../contract/runner/index.ts';
import { environmentOfTest, handlesOf, markedProcesses, remainingProcesses, startedPid } from '../process/harness.ts';

runnerContract({
  name: 'Process',
  async start() {
    const runsDir = mkdtempSync(join(tmpdir(), 'windlass-process-runs-'));
    const make = () => createProcessRunner({ environment: environmentOfTest(), runsDir });
    const runner = make();
    const seen = new Set<string>();
    return {
      runner: {
        ...runner,
        prepare(spec, ...rest) {
          seen.add(spec.runId);
          return runner.prepare(spec, ...rest);
        },
      },
      config: { type: runner.type },
      runsDir,
      afterRestart: make,
      takeAway: async handle => {
        process.kill(await startedPid(join(runsDir, handle.runId)), 'SIGKILL');
      },
      leftovers: async owner => [
        ...(await handlesOf(runner, owner)).map(handle => `folder of ${handle.runId}`),
        ...(await remainingProcesses(seen)).map(pid => `process ${pid}`),
      ],
      cleanUp: async owner => {
        for (const handle of await handlesOf(runner, owner)) await runner.remove(handle, {});
        for (const pid of [...seen].flatMap(markedProcesses)) process.kill(pid, 'SIGKILL');
      },
      stop: async () => rmSync(runsDir, { recursive: true, force: true }),
    };
  },
});
