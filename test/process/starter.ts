/** Started by adoption.test.ts as a process of its own and killed: starts a run, and follows it as a worker does. */
import { writeFileSync } from 'node:fs';
import type { RunSpec } from '../../src/model/run.ts';
import { createProcessRunner } from '../../src/runners/process/index.ts';
import { isLost } from '../../src/runners/runner.ts';

const { spec, handleFile } = JSON.parse(process.argv[2] ?? '') as { spec: RunSpec; handleFile: string };
const signal = new AbortController().signal;
const runner = createProcessRunner({ environment: { PATH: process.env.PATH ?? '' } });
const handle = await runner.prepare(spec, {}, () => {}, signal);
writeFileSync(handleFile, JSON.stringify(handle));
const run = await runner.open(handle, spec, {}, signal);
if (isLost(run)) throw new Error(run.lost);
process.stdout.write('opened\n');
await run.start();
process.stdout.write('started\n');
for await (const _ of run.logs()) await new Promise(resolve => setTimeout(resolve, 1));
