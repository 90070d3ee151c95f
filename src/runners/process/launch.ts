/** Starting the supervisor. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { diskShortage } from '../../files/disk-shortage.ts';
import { argumentLimit, fitArguments } from '../../files/long-argument.ts';
import type { RunSpec } from '../../model/run.ts';
import { takePipes } from './pipe-stock.ts';
import { bootId } from './process-table.ts';
import { missingProgram } from './program-file.ts';
import { fileOf, pipesOf } from './run-folder.ts';
import { runMark, supervisorScript } from './supervisor.ts';

/** What cannot be started, in the user's words. */
export interface LaunchRefused {
  readonly refused: string;
}

/**
 * Starts a supervisor for the program, in a session of its own. When another one has begun with this run already,
 * it ends at once and does nothing.
 *
 * @param failed called when the system could not start it after all.
 * @param environment of the server; the task's own variables go over it.
 */
export function launch(
  spec: RunSpec,
  run: {
    readonly dir: string;
    readonly endSecret: string;
    readonly limits: readonly string[];
    readonly pipeStock: string | undefined;
  },
  environment: Readonly<Record<string, string>>,
  failed: (refused: LaunchRefused) => void,
): ChildProcess | LaunchRefused {
  const { dir } = run;
  if (spec.argv.length === 0 || spec.argv[0] === '') return { refused: 'There is no command to run.' };
  const zero = spec.argv.find(argument => argument.includes('\0'));
  if (zero !== undefined) return { refused: 'The command holds a zero character, which no program can be given.' };
  const missing = missingProgram(spec.argv[0] ?? '', spec.workDir, spec.env.PATH ?? environment.PATH);
  if (missing !== undefined) return { refused: missing };
  const fitted = fitArguments(spec.argv, index => fileOf(dir, `argument-${index}`));
  if ('tooLong' in fitted) {
    return {
      refused:
        `Argument ${fitted.tooLong} of the command is longer than the ${argumentLimit} bytes that the system passes to ` +
        'a program. Put it into a file with inputFiles.',
    };
  }
  for (const file of fitted.files) writeWhole(file.path, file.text);
  const env = { ...environment, ...spec.env, [runMark]: spec.runId };
  const opened: number[] = [];
  try {
    takePipes(run.pipeStock, pipesOf(dir));
    const log = openSync(fileOf(dir, 'supervisor.log'), 'a', 0o600);
    opened.push(log);
    const script = nameless(dir, supervisorScript({ ...run, boot: bootId(), argv: fitted.argv }));
    opened.push(script);
    const { file, options } = shellFor(env);
    const child = spawn(file, [...options, '-c', '. /dev/fd/3', 'windlass', spec.runId], {
      cwd: spec.workDir,
      env,
      detached: true,
      stdio: ['ignore', log, log, script],
    });
    child.once('error', error => failed({ refused: explain(error, spec, env) }));
    // It outlives us: our own end shall not wait for it. Who waits for its end holds a timer.
    child.unref();
    return child;
  } catch (error) {
    return { refused: explain(error as NodeJS.ErrnoException, spec, env) };
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/** A file without a name, readable only through its descriptor, at its beginning. */
function nameless(dir: string, text: string): number {
  const path = fileOf(dir, `script-${randomBytes(8).toString('hex')}`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  const bytes = Buffer.from(text);
  // With a position: the descriptor's own offset has to stay at the beginning for the shell.
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, done);
  return file;
}

/** Two starters may write the same file while the program of one of them reads it. */
function writeWhole(path: string, text: string): void {
  const partial = `${path}-${randomBytes(8).toString('hex')}`;
  writeFileSync(partial, text, { mode: 0o600, flag: 'wx' });
  renameSync(partial, path);
}

/**
 * dash, the /bin/sh of Debian, drops variables whose names are no shell names (`my.setting`); bash passes them on. In
 * POSIX mode it does not run the file that BASH_ENV names. Without bash they are dropped.
 */
function shellFor(env: Readonly<Record<string, string>>): { file: string; options: string[] } {
  const plain = Object.keys(env).every(name => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return plain || !existsSync('/bin/bash')
    ? { file: '/bin/sh', options: [] }
    : { file: '/bin/bash', options: ['--posix'] };
}

function explain(error: NodeJS.ErrnoException, spec: RunSpec, env: Readonly<Record<string, string>>): string {
  if (error.code === 'ENOENT' && !existsSync(spec.runDir)) return `The folder of the run is gone: ${spec.runDir}.`;
  if (error.code === 'ENOENT' && !existsSync(spec.workDir)) return `The working directory ${spec.workDir} is gone.`;
  if (error.code === 'ENOENT') return 'There is no /bin/sh on this machine, which the Process runner needs.';
  if (error.code === 'E2BIG') {
    const sizes = Object.entries(env).map(([name, value]) => ({ name, size: Buffer.byteLength(name + value) + 2 }));
    const largest = sizes.reduce((a, b) => (b.size > a.size ? b : a), { name: '', size: 0 });
    return (
      `The environment is larger than the system passes to a program (${argumentLimit} bytes for one variable); the ` +
      `largest variable is ${largest.name} with ${largest.size} bytes. Put large values into files with inputFiles.`
    );
  }
  if (error.code === 'EAGAIN') return "The system's limit of processes is reached (ulimit -u).";
  return diskShortage(error, spec.runDir) ?? `The program could not be started: ${error.message}`;
}
