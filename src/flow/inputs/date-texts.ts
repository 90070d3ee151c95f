/** Dates, times and instants as java.time's ISO parsers take them. Only what inputs need: no library at start-up. */

const datePattern = /^([+-]?\d{4,9})-(\d{2})-(\d{2})$/;
const timePattern = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;
const instantPattern = /^(.+?)T(\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:?\d{2}(?::\d{2})?)$/i;

/** A moment: comparable, with the text that Kestra stores. */
export interface DateText {
  readonly text: string;
  /** Orders values of one kind; nanoseconds or days. */
  readonly order: bigint;
}

/** A calendar date `yyyy-MM-dd`; undefined for anything else, also for 30 February. */
export function parseDate(text: string): DateText | undefined {
  const match = datePattern.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return { text, order: BigInt(Math.floor(date.getTime() / 86_400_000)) };
}

/** A time of day `HH:mm[:ss[.fraction]]`, spelt with seconds. */
export function parseTime(text: string): DateText | undefined {
  const match = timePattern.exec(text);
  if (!match) return undefined;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const nanos = (match[4] ?? '').padEnd(9, '0');
  const order = BigInt((hours * 60 + minutes) * 60 + seconds) * 1_000_000_000n + BigInt(nanos);
  const digits = nanos.replace(/0+$/, '');
  return { text: `${match[1]}:${match[2]}:${match[3] ?? '00'}${digits === '' ? '' : `.${digits}`}`, order };
}

/** An instant such as `2024-05-06T07:08:09Z` or with an offset; its text is in UTC. */
export function parseInstant(text: string): DateText | undefined {
  const match = instantPattern.exec(text);
  const date = match && parseDate(match[1] ?? '');
  const time = match && parseTime(match[2] ?? '');
  const offset = match && offsetSeconds(match[3] ?? '');
  if (!date || !time || offset === undefined || offset === null) return undefined;
  const order = date.order * 86_400_000_000_000n + time.order - BigInt(offset) * 1_000_000_000n;
  const nanos = String(((order % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n).padStart(9, '0');
  const millis = Number((order - BigInt(nanos)) / 1_000_000n);
  if (Math.abs(millis) > 8.64e15) return undefined;
  return { text: `${new Date(millis).toISOString().slice(0, -5)}${fraction(nanos)}Z`, order };
}

/** None, or in groups of three digits, as Java prints an instant's. */
function fraction(nanos: string): string {
  if (/^0*$/.test(nanos)) return '';
  return `.${nanos.replace(/(?:000){1,2}$/, '')}`;
}

function offsetSeconds(text: string): number | undefined {
  if (text.toUpperCase() === 'Z') return 0;
  const [hours = 0, minutes = 0, seconds = 0] = (text.match(/\d{2}/g) ?? []).map(Number);
  if (hours > 18 || minutes > 59 || seconds > 59) return undefined;
  const total = (hours * 60 + minutes) * 60 + seconds;
  return text.startsWith('-') ? -total : total;
}
