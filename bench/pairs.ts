/** Measurements side by side: what is compared runs in turns, so that a slow minute of the machine hits all alike. */
import type { Sample } from './measure.ts';

export interface Subject {
  readonly name: string;
  run(): Promise<Sample>;
}

export interface Measured {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** Runs each subject once to warm up, then `rounds` times in turns: A B, B A, A B … */
export async function measureInTurns(subjects: readonly Subject[], rounds: number): Promise<Measured[]> {
  for (const subject of subjects) await subject.run();
  const samples = subjects.map((): Sample[] => []);
  for (let round = 0; round < rounds; round++) {
    const order = [...subjects.keys()];
    if (round % 2 === 1) order.reverse();
    for (const i of order) {
      const subject = subjects[i];
      if (subject) samples[i]?.push(await subject.run());
    }
  }
  return subjects.map(({ name }, i) => ({ name, samples: samples[i] ?? [] }));
}

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median of b/a over the rounds: a pair ran in the same moment, so its ratio is steadier than the medians' one. */
export function medianRatio(a: Measured, b: Measured): number {
  return median(a.samples.map((sample, i) => (b.samples[i]?.wallMs ?? Number.NaN) / sample.wallMs));
}
