/** Files as records that end with a separator. */

/**
 * The records of a byte stream, without their separators; a last one without a separator counts when it is not empty.
 * Only one record is held at a time. The separator is found across chunks; the work is linear for short separators.
 */
export async function* recordsOf(stream: AsyncIterable<Uint8Array>, separator: Uint8Array): AsyncGenerator<Buffer> {
  /** Less than a separator: what could be the beginning of one. */
  let rest: Buffer = Buffer.alloc(0);
  /** The beginning of the current record. */
  let pieces: Buffer[] = [];
  for await (const chunk of stream) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(separator); end >= 0; end = rest.indexOf(separator, start)) {
      yield pieces.length === 0 ? rest.subarray(start, end) : Buffer.concat([...pieces, rest.subarray(start, end)]);
      pieces = [];
      start = end + separator.length;
    }
    // The last bytes may be the beginning of a separator; what is before them is part of the record for sure.
    const certain = Math.max(start, rest.length - separator.length + 1);
    if (certain > start) pieces.push(rest.subarray(start, certain));
    rest = rest.subarray(certain);
  }
  const last = Buffer.concat([...pieces, rest]);
  if (last.length > 0) yield last;
}
