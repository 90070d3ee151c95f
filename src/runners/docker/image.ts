/** What the engine knows of an image that it has. */

import { EngineError } from '../engine-error.ts';
import type { Engine } from './client/engine.ts';
import { parseImageName } from './client/image-name.ts';

export interface Image {
  /** As whom its programs run when nobody else is named; empty or absent is root. */
  readonly user?: string;
  /**
   * Names exactly this image wherever an image is named: `registry/name@sha256:…` when it came from a registry, else
   * its id (`sha256:…`), which only this engine knows.
   */
  readonly digest: string;
}

interface Inspected {
  readonly Id: string;
  readonly RepoDigests?: readonly string[] | null;
  readonly Config?: { readonly User?: string } | null;
}

/** Undefined when the engine does not have it. @throws EngineError */
export async function findImage(engine: Engine, name: string): Promise<Image | undefined> {
  let found: Inspected;
  try {
    // The slashes of the name are part of the path.
    found = await engine.get(`/images/${name.split('/').map(encodeURIComponent).join('/')}/json`);
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return undefined;
    throw error;
  }
  const user = found.Config?.User;
  return { digest: digestOf(found, name), ...(user && { user }) };
}

/** An image may have been pulled under several names: the digest under the name that the task uses comes first. */
function digestOf({ Id: id, RepoDigests: digests }: Inspected, name: string): string {
  const { repository } = parseImageName(name);
  const own = digests?.find(digest => parseImageName(digest).repository === repository) ?? digests?.[0];
  // Podman gives the id without its algorithm.
  return own ?? (id.includes(':') ? id : `sha256:${id}`);
}
