/**
 * Header blocks of tar archives in the ustar format with pax extensions
 * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html).
 *
 * Written here because tar-stream packs through a stream of its own for each entry, whose failures (a file that gets
 * shorter, a reader that leaves) surface as uncaught errors or not at all; blocks in a generator have neither problem.
 */

/** Whose a file is, by numbers. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface TarEntry {
  /** POSIX path; a folder's ends with `/`. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly mtime: Date;
  /** Bytes of content, for files. */
  readonly size?: number;
  readonly linkname?: string;
  /** Root when it is left out. */
  readonly owner?: Owner | undefined;
}

const block = 512;
const typeFlags = { file: '0', symlink: '2', directory: '5', pax: 'x' } as const;
/** The largest number that eleven octal digits hold: 8 GiB - 1. */
const largestOctal = 0o77777777777;
/** The largest id that seven octal digits hold. */
const largestId = 0o7777777;

/** The two empty blocks that end an archive. */
export const archiveEnd: Uint8Array = Buffer.alloc(2 * block);

/** The header blocks of an entry; its content follows, filled up by `padding`. */
export function tarHeader(entry: TarEntry): Uint8Array {
  const size = entry.size ?? 0;
  const linkname = entry.linkname ?? '';
  const { uid, gid } = entry.owner ?? { uid: 0, gid: 0 };
  const records: string[] = [];
  if (!fits(entry.name)) records.push(paxRecord('path', entry.name));
  if (!fits(linkname)) records.push(paxRecord('linkpath', linkname));
  if (size > largestOctal) records.push(paxRecord('size', String(size)));
  if (uid > largestId) records.push(paxRecord('uid', String(uid)));
  if (gid > largestId) records.push(paxRecord('gid', String(gid)));
  const time = Math.max(0, Math.floor(entry.mtime.getTime() / 1000));
  const fields = {
    mode: entry.mode,
    uid: Math.min(uid, largestId),
    gid: Math.min(gid, largestId),
    time,
    linkname,
    size: Math.min(size, largestOctal),
    flag: typeFlags[entry.type],
  };
  const header = headerBlock(entry.name, fields);
  if (records.length === 0) return header;
  const extension = Buffer.from(records.join(''));
  const extensionHeader = headerBlock('PaxHeader', {
    ...fields,
    linkname: '',
    size: extension.length,
    flag: typeFlags.pax,
  });
  return Buffer.concat([extensionHeader, extension, padding(extension.length), header]);
}

/** The zeros that fill content of that size up to a whole block. */
export function padding(size: number): Uint8Array {
  return Buffer.alloc((block - (size % block)) % block);
}

/** Only plain ASCII is the same to every reader; anything else goes into a pax record, which is UTF-8 by definition. */
function fits(text: string): boolean {
  return text.length <= 100 && /^[\x20-\x7e]*$/.test(text);
}

interface Fields extends Owner {
  readonly mode: number;
  readonly time: number;
  readonly size: number;
  readonly linkname: string;
  readonly flag: string;
}

function headerBlock(name: string, fields: Fields): Buffer {
  const header = Buffer.alloc(block);
  header.write(name, 0, 100);
  header.write(octal(fields.mode, 7), 100);
  header.write(octal(fields.uid, 7), 108);
  header.write(octal(fields.gid, 7), 116);
  header.write(octal(fields.size, 11), 124);
  header.write(octal(fields.time, 11), 136);
  header.fill(' ', 148, 156);
  header.write(fields.flag, 156);
  header.write(fields.linkname, 157, 100);
  header.write('ustar\0', 257);
  header.write('00', 263);
  // The checksum counts its own field as spaces.
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length > length) length += 1;
  return `${length} ${key}=${value}\n`;
}
