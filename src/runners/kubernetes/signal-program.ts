/** Ends the program in a pod's main container while the helper beside it lives on and gives its files out. */
import type { RunSpec } from '../../model/run.ts';
import { type ExecTarget, exec } from './client/exec.ts';
import { outputName, podWorkDir } from './paths.ts';

const execLimitMs = 10_000;

/**
 * The containers share their processes, so the helper sees the program: started by the node itself (parent 0), with
 * the run's own output directory in its environment. A pod's deletion would take the helper along.
 */
function script(name: string, signal: 'TERM' | 'KILL'): string {
  return [
    'found=1',
    'for p in /proc/[0-9]*; do',
    '  grep -q "^PPid:[[:space:]]*0$" $p/status 2>/dev/null || continue',
    `  tr '\\0' '\\n' 2>/dev/null < $p/environ | grep -qxF "OUTPUT_DIR=${podWorkDir}/${name}" || continue`,
    `  kill -${signal} \${p#/proc/} && found=0`,
    'done',
    'exit $found',
  ].join('\n');
}

/** False when there was no such process, or the helper could not see or reach it. */
export function signalProgram(helper: ExecTarget, spec: RunSpec, signal: 'TERM' | 'KILL'): Promise<boolean> {
  return succeeds(helper, ['sh', '-c', script(outputName(spec), signal)]);
}

/**
 * SIGTERM from inside to the first process of a container that has no helper beside it. Telling the node to do it, by
 * deletion, fixes how long the program may take: containerd 1.6 keeps to the first grace period that it was given.
 * False where the image has no shell.
 */
export function terminate(main: ExecTarget): Promise<boolean> {
  return succeeds(main, ['sh', '-c', 'kill -TERM 1']);
}

async function succeeds(target: ExecTarget, command: readonly string[]): Promise<boolean> {
  const signal = AbortSignal.timeout(execLimitMs);
  try {
    const { stdout, done } = await exec(target, command, { signal });
    stdout.resume();
    return (await done).exitCode === 0;
  } catch {
    // Whatever broke it, deleting the pod is the other way.
    return false;
  }
}
