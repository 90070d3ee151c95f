/** What a Docker configuration (`config.json`) and `credentials` say of registries, read and checked. In memory only. */
import { type PropertyReader, refused } from '../property-reader.ts';

/** At least a name, a password or a token; a registry alone lets nobody in. */
export interface Credentials {
  readonly registry?: string;
  readonly username?: string;
  readonly password?: string;
  readonly registryToken?: string;
  readonly identityToken?: string;
  /** base64 of `user:password`. */
  readonly auth?: string;
}

/** Keys are registries, as Docker's configuration spells them. */
export interface RegistryConfig {
  readonly auths: Readonly<Record<string, Credentials>>;
  readonly credHelpers: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** Sent to the engine with every request, as Docker's own command line does. */
export type Headers = Readonly<Record<string, string>>;

/** The properties of `credentials`. @throws PrepareError that names the property */
export function readCredentials(given: PropertyReader): Credentials | undefined {
  const registry = given.text('registry');
  const read = readEntry(given, 'identityToken', 'registryToken');
  return read && { ...read, ...(registry !== undefined && { registry }) };
}

/** @throws PrepareError that names the property */
export function readRegistryConfig(config: PropertyReader): RegistryConfig {
  const auths = config.below('auths');
  const credHelpers = config.below('credHelpers');
  const credsStore = config.text('credsStore');
  return {
    auths: eachPresent(auths, registry => readEntry(auths.below(registry), 'identitytoken', 'registrytoken')),
    credHelpers: eachPresent(credHelpers, registry => credHelpers.text(registry)),
    ...(credsStore !== undefined && { credsStore }),
  };
}

/** @throws PrepareError that names the header */
export function readHeaders(config: PropertyReader): Headers | undefined {
  const given = config.below('HttpHeaders');
  const names = Object.keys(given.all);
  if (names.length === 0) return undefined;
  return Object.fromEntries(
    names.map(name => {
      const value = given.text(name) ?? '';
      // The value is not repeated in the refusal: it may be a token.
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value))
        throw refused(given.path(name), 'is no header of HTTP');
      return [name, value];
    }),
  );
}

function readEntry(given: PropertyReader, identityName: string, registryName: string): Credentials | undefined {
  const entries = Object.entries({
    username: given.text('username'),
    password: given.text('password'),
    auth: given.text('auth'),
    identityToken: given.text(identityName),
    registryToken: given.text(registryName),
  }).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return undefined;
  const read: Credentials = Object.fromEntries(entries);
  if (read.auth !== undefined && !Buffer.from(read.auth, 'base64').includes(':')) {
    const problem = `is not base64 of user:password. A token goes into ${identityName} or ${registryName}`;
    throw refused(given.path('auth'), problem);
  }
  return read;
}

function eachPresent<T>(map: PropertyReader, read: (name: string) => T | undefined): Record<string, T> {
  return Object.fromEntries(
    Object.keys(map.all).flatMap((name): [string, T][] => {
      const value = read(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
