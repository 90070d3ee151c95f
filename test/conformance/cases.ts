/** The recorded flows, with how each was started and what Kestra gave. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Json, Recorded } from './comparable.ts';

export const folder = import.meta.dirname;

/** How a flow was started: the first line `# with: {…}` of its file. */
export interface With {
  readonly inputs?: Readonly<Record<string, Json>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly kill_after_ms?: number;
  readonly resume_after_ms?: number;
  readonly resume_inputs?: Readonly<Record<string, Json>>;
  readonly restart?: boolean;
  readonly replay_task?: string;
  /** The recording looked that long after the end. */
  readonly settle_ms?: number;
}

export interface Expected {
  readonly refused?: 'flow' | 'inputs' | 'execution';
  readonly kestraSays?: string;
  readonly execution?: Recorded;
  readonly children?: readonly Recorded[];
  readonly restarted?: Recorded;
  readonly replayed?: Recorded;
}

export interface Case {
  readonly name: string;
  readonly area: string;
  readonly source: string;
  readonly with: With;
  readonly expected: Expected;
  readonly needsDocker: boolean;
}

export function readCases(): readonly Case[] {
  return readdirSync(join(folder, 'flows'))
    .filter(file => file.endsWith('.yaml'))
    .sort()
    .map(file => readCase(basename(file, '.yaml')));
}

function readCase(name: string): Case {
  const source = readFileSync(join(folder, 'flows', `${name}.yaml`), 'utf8').replaceAll('@DATA@', join(folder, 'data'));
  const given = /^# with: (.*)$/m.exec(source)?.[1];
  return {
    name,
    area: name.split(/[-.]/)[0] ?? name,
    source,
    with: given === undefined ? {} : (JSON.parse(given) as With),
    expected: JSON.parse(readFileSync(join(folder, 'expected', `${name}.json`), 'utf8')) as Expected,
    // Script tasks run in Docker where nothing else is said.
    needsDocker: /runner\.docker\.|plugin\.scripts\./.test(source) && !/core\.runner\.Process/.test(source),
  };
}

/** Names in a list beside this file, `name  reason` a line, with their reasons. */
export function readList(file: string): ReadonlyMap<string, string> {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  return new Map(
    lines
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => {
        const [name = '', ...reason] = line.split('  ');
        return [name, reason.join('  ').trim()];
      }),
  );
}
