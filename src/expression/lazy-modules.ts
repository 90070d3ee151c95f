/** Parts that most flows do not use, loaded when an expression first needs them: evaluation is suspended for that. */
import { Suspend } from './expression-error.ts';

let dates: typeof import('./dates/index.ts') | undefined;
let ion: typeof import('./ion/index.ts') | undefined;
let jq: typeof import('./jq/index.ts') | undefined;
let yaml: typeof import('./yaml-reader.ts') | undefined;

export function datesModule(): typeof import('./dates/index.ts') {
  if (dates) return dates;
  throw new Suspend(import('./dates/index.ts').then(module => (dates = module)));
}

export function ionModule(): typeof import('./ion/index.ts') {
  if (ion) return ion;
  throw new Suspend(import('./ion/index.ts').then(module => (ion = module)));
}

export function jqModule(): typeof import('./jq/index.ts') {
  if (jq) return jq;
  throw new Suspend(import('./jq/index.ts').then(module => (jq = module)));
}

export function yamlModule(): typeof import('./yaml-reader.ts') {
  if (yaml) return yaml;
  throw new Suspend(import('./yaml-reader.ts').then(module => (yaml = module)));
}
