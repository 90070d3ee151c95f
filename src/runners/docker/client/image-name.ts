/** Names of images: `[host[:port]/]path[:tag][@digest]`. */

export interface ImageName {
  /** Without tag and digest. */
  readonly repository: string;
  /** `latest` when nothing is said. */
  readonly tag: string;
  /** `docker.io` when the name has no host. */
  readonly registry: string;
}

/**
 * Takes a name apart as Docker does (https://pkg.go.dev/github.com/distribution/reference): the first part is a host
 * when it has a dot or a port, or is `localhost`. A digest counts as the tag.
 */
export function parseImageName(name: string): ImageName {
  const at = name.indexOf('@');
  const named = at < 0 ? name : name.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = at >= 0 ? name.slice(at + 1) : colon < 0 ? 'latest' : named.slice(colon + 1);
  const first = repository.includes('/') ? repository.slice(0, repository.indexOf('/')) : '';
  const isHost = first === 'localhost' || /[.:]/.test(first);
  return { repository, tag, registry: isHost ? first : 'docker.io' };
}
