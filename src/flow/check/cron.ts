/** Is a cron expression, a time zone one? Only validated: nothing is scheduled here. */

const nicknames: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const fields: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: months },
  { name: 'day of the week', min: 0, max: 7, names: weekdays },
];

/** What is wrong with a cron expression of five fields (six with seconds), or undefined. */
export function cronProblem(expression: string, withSeconds: boolean): string | undefined {
  const refuse = (why: string) => `invalid cron expression '${expression}': ${why}`;
  const trimmed = expression.trim();
  if (trimmed.startsWith('@')) {
    return nicknames.has(trimmed) ? undefined : refuse(`it must be one of ${[...nicknames].join(', ')}`);
  }
  const parts = trimmed.split(/\s+/);
  const wanted = withSeconds ? [{ name: 'second', min: 0, max: 59 }, ...fields] : fields;
  if (parts.length !== wanted.length) {
    const hint = parts.length === 6 && !withSeconds ? '; set withSeconds: true for seconds' : '';
    return refuse(`it must have ${wanted.length} fields, but has ${parts.length}${hint}`);
  }
  for (const [index, field] of wanted.entries()) {
    const part = parts[index] ?? '';
    if (!part.split(',').every(item => isItem(item, field))) {
      return refuse(`'${part}' is no ${field.name} (${field.min} to ${field.max})`);
    }
  }
  return undefined;
}

function isItem(item: string, field: Field): boolean {
  // L (last), W (nearest working day), # (the nth weekday) and ? are of the dialect that Kestra takes.
  const dayField = field.name.startsWith('day');
  if (dayField && (item === '?' || /^(?:L|LW|\d{1,2}[WL]|\d#[1-5]|[A-Z]{3}(?:#[1-5]|L))$/i.test(item))) return true;
  const [range = '', step, more] = item.split('/');
  if (more !== undefined || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (range === '*') return true;
  const ends = range.split('-');
  if (ends.length > 2) return false;
  const numbers = ends.map(end => numberOf(end, field));
  return numbers.every(number => number >= field.min && number <= field.max);
}

function numberOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return named + field.min;
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
}

/** What is wrong with a time zone id, or undefined. */
export function timezoneProblem(zone: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return `timezone '(${zone})' is not a valid time-zone ID`;
  }
}
