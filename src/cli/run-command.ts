/** What `windlass run` was asked for: a flow, a flow at each change, a flow that may have been begun, or an execution that failed. */
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import type { RerunOptions } from './rerun.ts';
import { type RunOptions, run } from './run.ts';
import { sayRefusal } from './say-refusal.ts';

interface RunCommandOptions extends RunOptions, RerunOptions {
  readonly watch?: boolean;
  /** The id of an execution. */
  readonly rerunFailed?: string;
  readonly once?: boolean;
}

/** @throws Refusal */
export async function runCommand(
  file: string | undefined,
  options: RunCommandOptions,
  invocation: Invocation,
): Promise<number> {
  if (options.rerunFailed !== undefined) {
    if (file !== undefined)
      throw new Refusal('bad-argument', `--rerun-failed runs the flow as it was stored: leave ${file} out.`);
    return (await import('./rerun.ts')).rerunFailed(options.rerunFailed, options, invocation);
  }
  if (file === undefined) throw new Refusal('bad-argument', 'Give a flow, such as: windlass run flow.yaml');
  if (options.once) {
    const { input: _, ...rest } = options;
    const code = await (await import('./once.ts')).goOnIfBegun(rest, invocation);
    if (code !== undefined) return code;
  }
  if (!options.watch) return run(file, options, invocation);
  const files = [file, options.config, options.secrets].filter(name => name !== undefined);
  const once = () =>
    run(file, options, invocation).catch((error: Error) => sayRefusal(error, options.json === true, invocation));
  return (await import('./watch.ts')).runOnChange(files, once, invocation);
}
