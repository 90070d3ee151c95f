/** To whom what is copied into a container belongs. */
import { buffer } from 'node:stream/consumers';
import type { Owner } from '../../files/tar-header.ts';
import { type Container, getArchive } from './client/containers.ts';
import type { Engine } from './client/engine.ts';

/**
 * The container's user by numbers; a name is looked up in the container's own /etc/passwd. Undefined when it is not
 * there: the engine refuses the start then, in its own words. Without a group a number gets root's, as the engine gives
 * it where /etc/passwd does not know the number.
 */
export async function ownerOfFiles(
  engine: Engine,
  { Id: id, Config: { User: user = '' } }: Container,
  signal: AbortSignal,
): Promise<Owner | undefined> {
  const isNumber = (text: string) => /^\d+$/.test(text);
  const [name = '', group = ''] = user.split(':');
  if (isNumber(name)) return { uid: Number(name), gid: isNumber(group) ? Number(group) : 0 };
  const archive = await getArchive(engine, id, '/etc/passwd', signal);
  const text = archive ? (await buffer(archive)).toString('latin1') : '';
  // The archive's header, which stands before the first line, ends with zeros.
  const accounts = text.split(/[\n\0]/).map(line => line.split(':'));
  const [, , uid, gid] = accounts.find(([account]) => account === name) ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(isNumber(group) ? group : gid) };
}
