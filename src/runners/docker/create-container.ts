/** Creating the container of a run, or finding the one that is there already. */
import type { RunSpec } from '../../model/run.ts';
import { EngineError, UnreachableError } from '../engine-error.ts';
import { PrepareError, type Progress } from '../runner.ts';
import { type Container, createContainer, inspectIfThere } from './client/containers.ts';
import type { Engine } from './client/engine.ts';
import { parseImageName } from './client/image-name.ts';
import { containerName, logDriver, ownerLabel, runLabel } from './container-body.ts';
import { wasStarted } from './end-watch.ts';
import { removeFully } from './remove.ts';

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
 * Creates the container of a run. One of that name is ours when its labels say so: the answer to its creation was
 * lost, or somebody died before storing it. Never started, its files may be half there: it is made anew.
 */
export async function createOrAdopt(
  engine: Engine,
  spec: RunSpec,
  body: object,
  image: string,
  progress: Progress,
): Promise<{ readonly containerId: string; readonly started: boolean }> {
  const name = containerName(spec.runId);
  let [lost, replaced] = [false, 0];
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
      if (error.status === 404 && /no such image|image not known|not found/i.test(error.message)) {
        throw imageUnavailable(image, error.message, engine);
      } else if (isNameTaken(error) && replaced < 3) {
        const there = await inspectIfThere(engine, name);
        const labels = there?.Config.Labels ?? {};
        if (there && (labels[ownerLabel] !== spec.owner || labels[runLabel] !== spec.runId)) {
          throw refusedBy(`the name ${name} is taken by a container that is not ours`);
        }
        if (there && wasStarted(there.State)) return { containerId: there.Id, started: true };
        if (there) await removeFully(engine, there.Id);
        replaced += 1;
      } else {
        throw refusedBy(error.message);
      }
    }
  }
}

/** What an inspection says of a container that was only just created; asking takes the engine 1 ms and more. */
export function newContainer({ podman }: Engine, id: string): Container {
  return {
    Id: id,
    State: { Status: 'created', Running: false, OOMKilled: false, ExitCode: 0, StartedAt: '0001-01-01T00:00:00Z' },
    Config: {},
    HostConfig: { LogConfig: { Type: logDriver(podman) } },
  };
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
  const detail = `The engine could not create the container: ${words}${hint}`;
  return new PrepareError({ kind: 'never-started', detail });
}
