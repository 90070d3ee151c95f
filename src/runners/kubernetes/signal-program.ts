/** Signals the program in a pod's main container from inside the pod. */
import type { RunSpec } from '../../model/run.ts';
import { ApiError } from './client/errors.ts';
import { type ExecTarget, exec } from './client/exec.ts';
import { outputName, podWorkDir } from './paths.ts';

/** `absent`: there is no such container, or not yet. `failed`: it has no shell, or cannot be reached. */
export type Signalled = 'sent' | 'absent' | 'failed';

const execLimitMs = 10_000;

/**
 * Where containers share their processes each sees the program: started by the node itself (parent 0), with the run's
 * own output directory in its environment. So has this shell when it runs in the program's own container.
 */
function script(name: string, signal: 'TERM' | 'KILL'): string {
  return [
    'found=1',
    'for p in /proc/[0-9]*; do',
    '  [ $p = /proc/$$ ] && continue',
    '  grep -q "^PPid:[[:space:]]*0$" $p/status 2>/dev/null || continue',
    `  tr '\\0' '\\n' 2>/dev/null < $p/environ | grep -qxF "OUTPUT_DIR=${podWorkDir}/${name}" || continue`,
    `  kill -${signal} \${p#/proc/} && found=0`,
    'done',
    'exit $found',
  ].join('\n');
}

/** From any container of a pod whose containers share their processes. It ends the program alone: the others live on. */
export function signalShared(from: ExecTarget, spec: RunSpec, signal: 'TERM' | 'KILL'): Promise<Signalled> {
  return attempt(from, script(outputName(spec), signal));
}

/**
 * SIGTERM from inside to the first process of a container that keeps its processes to itself. Telling the node to do
 * it, by deletion, fixes how long the program may take: containerd 1.6 keeps to the first grace period that it was
 * given, whatever a second deletion says.
 */
export function terminateFirst(main: ExecTarget): Promise<Signalled> {
  return attempt(main, 'kill -TERM 1');
}

async function attempt(target: ExecTarget, command: string): Promise<Signalled> {
  const done = await target.connection.signals.take();
  const signal = AbortSignal.timeout(execLimitMs);
  try {
    const execution = await exec(target, ['sh', '-c', command], { signal });
    execution.stdout.resume();
    const { exitCode, message } = await execution.done;
    if (exitCode === 0) return 'sent';
    // The kubelet's own words, whichever runtime is below it.
    return message.includes('container not found') ? 'absent' : 'failed';
  } catch (error) {
    const isAbsent = error instanceof ApiError && (error.status === 404 || error.message.includes('host assigned'));
    // Whatever else broke it, deleting the pod is the other way.
    return isAbsent ? 'absent' : 'failed';
  } finally {
    done();
  }
}
