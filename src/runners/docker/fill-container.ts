/** What a container is given between its creation and its start. */
import type { RunSpec } from '../../model/run.ts';
import type { Progress } from '../runner.ts';
import { copyArguments, type FittedCommand } from './arguments.ts';
import { changeTime, inspectContainer } from './client/containers.ts';
import type { Engine } from './client/engine.ts';
import { copyIn, fetchesAll, isOtherUser } from './files.ts';
import type { NewContainer } from './own-runs.ts';

export interface Content {
  readonly spec: RunSpec;
  readonly command: FittedCommand;
  /** The working directory is copied in, whoever works in it. */
  readonly copies: boolean;
  /** The engine has made the output directory, as an anonymous volume. */
  readonly outputVolume: boolean;
}

/** Copies in what the program needs, and looks at the container meanwhile. */
export async function fillContainer(
  engine: Engine,
  id: string,
  { spec, command, copies, outputVolume }: Content,
  progress: Progress,
  signal: AbortSignal,
): Promise<NewContainer> {
  const looks = outputVolume && engine.isSlowToCopy && !fetchesAll(spec);
  const outputTime = looks ? changeTime(engine, id, spec.outputDir) : undefined;
  outputTime?.catch(() => {});
  const container = await inspectContainer(engine, id);
  const inspectedMs = performance.now();
  await copyArguments(engine, id, command, signal);
  // Whoever the image says runs in it needs a working directory to write to, as one whom the task names.
  if (!copies && !(outputVolume && isOtherUser(container.Config.User))) return { container, inspectedMs, outputTime };
  const leftOut = (path: string, why: string) =>
    progress({ kind: 'trouble', text: `${path} is not copied into the container: ${why}` });
  await copyIn(engine, container, spec, leftOut, signal);
  return { container, inspectedMs };
}
