/** Creating the container of a run, or finding the one that is there already. */
import type { RunSpec } from '../../model/run.ts';
import { EngineError, UnreachableError } from '../engine-error.ts';
import { PrepareError, type Progress } from '../runner.ts';
import { createContainer, inspectIfThere } from './client/containers.ts';
import type { Engine } from './client/engine.ts';
import { parseImageName } from './client/image-name.ts';
import { containerName, ownerLabel, runLabel } from './container-body.ts';
import { wasStarted } from './end-watch.ts';
import { withMeantProperty } from './meant-property.ts';
import { removeFully } from './remove.ts';
import type { Settings } from './settings.ts';

export interface Created {
  readonly containerId: string;
  /** It was there, and its program has been started. */
  readonly started: boolean;
}

export interface WantedImage extends Pick<Settings, 'pullPolicy'> {
  readonly image: string;
  /** @throws PrepareError */
  pull(): Promise<void>;
}

/** The run cannot start: the words are the engine's or the registry's own. */
export function imageUnavailable(image: string, words: string, engine: Engine): PrepareError {
  const { registry } = parseImageName(image);
  // The words of Go's HTTP client, in which both engines are written.
  const hint = /HTTP response to HTTPS client/i.test(words)
    ? ` The registry has no TLS: add "insecure-registries": ["${registry}"] to the engine's own configuration (/etc/docker/daemon.json) and restart it; for Podman, insecure = true in registries.conf.`
    : '';
  const detail = `The image ${image} is not available: ${words} (engine: ${engine.endpoint.text}).${hint}`;
  return new PrepareError({ kind: 'image-unavailable', detail });
}

/**
 * Creates the container of a run, once its image is there: whether it is, the creation tells.
 * @throws PrepareError
 */
export async function createWithImage(
  engine: Engine,
  spec: RunSpec,
  body: object,
  { image, pullPolicy, pull }: WantedImage,
  progress: Progress,
): Promise<Created> {
  if (pullPolicy === 'ALWAYS') await pull();
  const create = () => {
    progress({ kind: 'create', text: `Creating a container of ${image}: ${containerName(spec.runId)}` });
    return createOrAdopt(engine, spec, body, image, progress);
  };
  let created = await create();
  if (!created && pullPolicy === 'IF_NOT_PRESENT') {
    await pull();
    created = await create();
  }
  if (created) return created;
  const why = pullPolicy === 'NEVER' ? ' and taskRunner.pullPolicy is NEVER' : '';
  throw imageUnavailable(image, `No such image on the engine${why}`, engine);
}

/**
 * Creates the container of a run. One of that name is ours when its labels say so: the answer to its creation was
 * lost, or somebody died before storing it. There is never a second one.
 *
 * @returns undefined when the engine does not have the image
 */
async function createOrAdopt(
  engine: Engine,
  spec: RunSpec,
  body: object,
  image: string,
  progress: Progress,
): Promise<Created | undefined> {
  const name = containerName(spec.runId);
  let [lost, taken] = [false, 0];
  for (;;) {
    try {
      const { Id, Warnings } = await createContainer(engine, name, body);
      for (const text of Warnings ?? []) progress({ kind: 'trouble', text });
      return { containerId: Id, started: false };
    } catch (error) {
      if (error instanceof UnreachableError && !lost) {
        lost = true;
        continue;
      }
      if (!(error instanceof EngineError)) throw error;
      if (error.status === 404 && /no such image|image not known/i.test(error.message)) {
        return undefined;
      } else if (/invalid reference format|repository name/i.test(error.message)) {
        // No image can have such a name.
        throw imageUnavailable(image, error.message, engine);
      } else if (isNameTaken(error) && taken < 3) {
        const there = await inspectIfThere(engine, name);
        const labels = there?.Config.Labels ?? {};
        if (there && (labels[ownerLabel] !== spec.owner || labels[runLabel] !== spec.runId)) {
          throw refusedBy(`the name ${name} is taken by a container that is not ours`);
        }
        const goes = there && ['removing', 'dead'].includes(there.State.Status);
        if (there && !goes) return { containerId: there.Id, started: wasStarted(there.State) };
        if (there) await removeFully(engine, there.Id);
        taken += 1;
      } else {
        throw refusedBy(error.message);
      }
    }
  }
}

/** Docker answers 409, Podman 4 answers 500. */
function isNameTaken({ status, message }: EngineError): boolean {
  return status === 409 || (status === 500 && /name .* is already in use/i.test(message));
}

function refusedBy(words: string): PrepareError {
  // Docker's words, then Podman's.
  const notShared = /bind source path does not exist|statfs .*no such file/i.test(words);
  const hint = notShared
    ? '. The engine does not see the folders of this machine: leave out taskRunner.fileHandlingStrategy, or set it to VOLUME'
    : '';
  const detail = `The engine could not create the container: ${withMeantProperty(words)}${hint}`;
  return new PrepareError({ kind: 'never-started', detail });
}
