/** Names and labels of a run's pod. Pure. */
import { createHash } from 'node:crypto';
import type { RunSpec } from '../../model/run.ts';

/** Whose it is and which run; found again by them. */
export const ownerLabel = 'windlass.owner';
export const runLabel = 'windlass.run';
/** Stays when it has ended: `delete: false`. */
export const keptLabel = 'windlass.kept';

const slugLength = 46;

/**
 * A pod's name follows from the run alone, so that one whose answer was lost is found again. Run ids tell upper from
 * lower case and names do not: 16 digits in base 32 of the id's hash (80 bits) keep two runs apart. What stands before
 * is for people: namespace, flow and task as Kestra writes them. 63 characters, as host names are cut there.
 */
export function podName(spec: Pick<RunSpec, 'runId' | 'labels'>): string {
  const of = (name: string) => spec.labels[`kestra.io/${name}`] ?? '';
  const slug = slugOf(`${of('namespace')}-${of('flow-id')}-${of('task-id')}`);
  const digits = createHash('sha256').update(spec.runId).digest().subarray(0, 10);
  const hash = BigInt(`0x${digits.toString('hex')}`)
    .toString(32)
    .padStart(16, '0');
  return `${slug || 'run'}-${hash}`;
}

/** Kestra's job name: no accents, no dots, lower case, single hyphens. */
function slugOf(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[^\w\s-]/g, '')
    .replace(/[\s_-]+/g, '-')
    .toLowerCase()
    .slice(0, slugLength)
    .replace(/^-+|-+$/g, '');
}

/** Kestra cuts values at 63 characters, then takes hyphens, dots and underscores from the end, in this order. */
export function labelValue(value: string): string {
  return value.slice(0, 63).replace(/-+$/, '').replace(/\.+$/, '').replace(/_+$/, '');
}

/** An id that may be longer or other than a label's value can be, as one that stands for it alone. */
export function idLabel(id: string): string {
  if (/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(id)) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, 40);
}
