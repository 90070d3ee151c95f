/** By what exactly the image of a container is named, so that a run can be reproduced. */
import { EngineError } from '../engine-error.ts';
import type { Container } from './client/containers.ts';
import type { Engine } from './client/engine.ts';
import { parseImageName } from './client/image-name.ts';

interface InspectedImage {
  readonly RepoDigests?: readonly string[] | null;
}

/** The digests of one engine's images; each is asked for once, for an answer takes Docker 29 8 ms. */
export class ImageDigests {
  readonly #engine: Engine;
  readonly #known = new Map<string, Promise<string>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Names exactly the image of a container wherever an image is named: `registry/name@sha256:…` when it came from a
   * registry, else its id (`sha256:…`), which only this engine knows.
   *
   * @throws EngineError
   * @throws UnreachableError
   */
  of({ Image: id, Config: { Image: name } }: Container): Promise<string> {
    const key = `${id} ${name}`;
    let digest = this.#known.get(key);
    if (!digest) {
      digest = this.#ask(id, name);
      this.#known.set(key, digest);
      digest.catch(() => this.#known.delete(key));
    }
    return digest;
  }

  /** By the id of the image: its name may have been given to another one since. */
  async #ask(id: string, name: string): Promise<string> {
    try {
      const { RepoDigests: digests } = await this.#engine.get<InspectedImage>(`/images/${id}/json`);
      // It may have been pulled under several names: the digest under the name that the task uses comes first.
      const { repository } = parseImageName(name);
      const own = digests?.find(digest => parseImageName(digest).repository === repository) ?? digests?.[0];
      if (own) return own;
    } catch (error) {
      if (!(error instanceof EngineError) || error.status !== 404) throw error;
    }
    // Podman gives the id without its algorithm.
    return id.includes(':') ? id : `sha256:${id}`;
  }
}
