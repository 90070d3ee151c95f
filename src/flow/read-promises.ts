/** Reads what a flow says of all its executions: `sla`, `checks` and `concurrency`. All are checked by the schema already. */
import type { Check, Concurrency, Sla } from '../model/flow.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import { readLabels } from './labels.ts';
import { durationText } from './retry.ts';
import { scalarText } from './scalar-text.ts';

export interface Promises {
  readonly sla?: readonly Sla[];
  readonly checks?: readonly Check[];
  readonly concurrency?: Concurrency;
}

export function readPromises({ sla, checks, concurrency }: ValueMap): Promises {
  const limit = isMap(concurrency) ? Number(concurrency.limit) : 0;
  return {
    ...(isList(sla) && { sla: sla.filter(isMap).map(slaOf) }),
    ...(isList(checks) && { checks: checks.filter(isMap).map(checkOf) }),
    ...(isMap(concurrency) &&
      limit > 0 && {
        concurrency: { limit, behavior: named(concurrency.behavior, 'QUEUE') as Concurrency['behavior'] },
      }),
  };
}

function slaOf(sla: ValueMap): Sla {
  return {
    id: named(sla.id, ''),
    type: named(sla.type, '') as Sla['type'],
    behavior: named(sla.behavior, 'NONE') as Sla['behavior'],
    labels: readLabels(sla.labels).labels,
    ...(typeof sla.assert === 'string' && { assert: sla.assert }),
    ...(sla.duration !== undefined && { duration: durationText(sla.duration) }),
  };
}

function checkOf(check: ValueMap): Check {
  return {
    condition: named(check.condition, ''),
    message: named(check.message, ''),
    behavior: named(check.behavior, 'BLOCK_EXECUTION') as Check['behavior'],
  };
}

function named(value: Value | undefined, fallback: string): string {
  return scalarText(value) ?? fallback;
}
