/** What a bench is: things to compare, and the goals that their figures are held to. */
import type { GeneratedFlows } from './generated.ts';
import type { Sample } from './measure.ts';
import { type Measured, median, medianRatio, type Subject } from './pairs.ts';

export interface Goal {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
  /** The value must not be below the limit; else it must not be above it. */
  readonly atLeast?: true;
  /** Steady enough to fail CI when it is far off: own CPU time and memory are, wall time on a shared machine is not. */
  readonly asserted?: true;
}

export interface Bench {
  /** Two or more, measured in turns. */
  readonly subjects: (tools: BenchTools) => readonly Subject[];
  readonly goals: (measured: readonly [Measured, Measured, ...Measured[]]) => readonly Goal[];
  readonly needs?: 'docker' | 'kubernetes';
}

/** What takes so long that it is measured once, and only with `--full`. */
export interface SingleBench {
  readonly needs?: Bench['needs'];
  /** How long, and what stands for it without. */
  readonly long: string;
  measure(): Promise<{ readonly measured: readonly Measured[]; readonly goals: readonly Goal[] }>;
}

export interface BenchTools {
  /** A command to run from the root of the checkout. */
  command(name: string, ...argv: string[]): Subject;
  /** `windlass run` of a flow that keeps nothing and says nothing. */
  run(name: string, flow: string): Subject;
  readonly launcher: string;
  readonly flows: GeneratedFlows;
  /** CI wants figures in a minute: what can be shorter is. */
  readonly quick: boolean;
}

/** Of the engine that the docker command uses, too. */
export const dockerSocket = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
const ownCluster = '/var/lib/windlass-test/kubernetes/kubeconfig';
/** Of the cluster of test/engines/kubernetes/up.sh, which has the images; empty when the tests use another one. */
export const kubeconfig = (process.env.WINDLASS_TEST_KUBERNETES ?? ownCluster) === ownCluster ? ownCluster : '';

export function isReached({ value, limit, atLeast }: Goal): boolean {
  return atLeast ? value >= limit : value <= limit;
}

/** Beyond what a busy machine does: a Log task's CPU time was seen to be 0.57 ms alone, and 0.76 ms at a load of 18. */
export function isFarOff({ value, limit, atLeast }: Goal): boolean {
  return atLeast ? value < limit / 1.5 : value > limit * 1.5;
}

export function medianOf({ samples }: Measured, key: keyof Sample): number {
  return median(samples.map(sample => sample[key] ?? Number.NaN));
}

export function wallRatio(name: string, limit: number, against: Measured, ours: Measured): Goal {
  return { name, value: medianRatio(against, ours), limit, unit: '×' };
}

/** What each of `more` further tasks cost: the median over the rounds. */
export function perTask(few: Measured, many: Measured, more: number, key: 'wallMs' | 'cpuMs'): number {
  return median(many.samples.map((sample, i) => ((sample[key] ?? 0) - (few.samples[i]?.[key] ?? 0)) / more));
}
