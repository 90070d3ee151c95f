/**
 * Much log and large files through the whole program, as the launcher starts it, into the store: what its memory grows
 * to, and that it does not fall behind. A tenth of it unless WINDLASS_TEST_FULL is set; figures: docs/dev/full-runs.md.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import { dockerUnderTest } from '../docker/engine.ts';
import { useSandbox } from '../e2e/sandbox.ts';
import { docker, type ExecutionDocument } from '../e2e/tasks.ts';
import { full } from '../full.ts';

const sandbox = useSandbox();
const engine = await dockerUnderTest();
if ('unavailable' in engine) console.warn(`SKIPPED: volume through Docker: ${engine.unavailable}`);
const scale = full ? 10 : 1;
const mb = 1024 ** 2;
const launcher = join(import.meta.dirname, '../../windlass');

/** With the times of its states. */
interface Ended {
  readonly state: { readonly histories: readonly { readonly date: string }[] };
}

interface Measured {
  readonly code: number | null;
  readonly peakMb: number;
  readonly wallMs: number;
}

/** Runs the launcher and looks at the largest resident set that the system has seen of it. */
async function measured(...args: string[]): Promise<Measured> {
  const began = performance.now();
  const child = spawn(launcher, args, { cwd: sandbox().dir, env: sandbox().environment, stdio: 'ignore' });
  let peakMb = 0;
  const look = setInterval(() => {
    const path = `/proc/${child.pid}/status`;
    const [, kb] = (existsSync(path) && /VmHWM:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))) || [];
    peakMb = Math.max(peakMb, Number(kb ?? 0) / 1024);
  }, 100);
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  clearInterval(look);
  return { code, peakMb, wallMs: performance.now() - began };
}

function report(what: string, { peakMb, wallMs }: Measured, more = ''): void {
  console.info(`${what}: ${(wallMs / 1000).toFixed(1)} s, ${peakMb.toFixed(0)} MB resident at most${more}`);
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

describe.skipIf('unavailable' in engine || process.platform !== 'linux')(
  'through the whole program',
  {
    timeout: 60_000 * scale,
  },
  () => {
    test(`${50 * scale} MB of log in one task`, async () => {
      const lines = 500_000 * scale;
      const file = sandbox().flow({
        tasks: [docker('talk', [`yes ${'0123456789'.repeat(10)} | head -n ${lines}`])],
      });
      const run = await measured('run', file, '--quiet');
      report(
        `${(lines * 101) / 1e6} MB of log, ${lines} lines`,
        run,
        `, ${Math.round(lines / (run.wallMs / 1000))} lines/s`,
      );
      expect(run.code).toBe(0);
      expect(run.peakMb).toBeLessThan(200);
      const [last] = await sandbox().json<{ id: string }[]>('list', '--limit', '1');
      const counted = await sandbox().shell(`$WINDLASS logs ${last?.id} --json | grep -c 0123456789`);
      expect(Number(counted.out)).toBe(lines);
    });

    test('10,000 lines a second are in the store when they are said', async () => {
      const seconds = 5 * scale;
      const second = 'i=0; while [ $i -lt 10 ]; do i=$((i+1)); seq 1000; usleep 95000; done';
      const file = sandbox().flow({
        tasks: [docker('talk', [`n=0; while [ $n -lt ${seconds} ]; do n=$((n+1)); ${second}; done`])],
      });
      const run = await measured('run', file, '--quiet');
      const [last] = await sandbox().json<{ id: string }[]>('list', '--limit', '1');
      const shown = await sandbox().json<Ended>('show', last?.id ?? '');
      const counted = await sandbox().shell(
        `$WINDLASS logs ${last?.id} --json | tee all | wc -l; tail -n 1 all; head -n 1 all`,
      );
      const [count, final = '', first = ''] = counted.out.trim().split('\n');
      const time = (line: string) => Date.parse((JSON.parse(line) as { timestamp: string }).timestamp);
      const rate = (seconds * 10_000) / ((time(final) - time(first)) / 1000);
      const behindMs = Date.parse(shown.state.histories.at(-1)?.date ?? '') - time(final);
      report(
        '10,000 lines a second',
        run,
        `, ${Math.round(rate)} lines/s said, ended ${behindMs} ms after the last line`,
      );
      expect(Number(count)).toBeGreaterThanOrEqual(seconds * 10_000);
      // The end of the container itself took 0.4 s on a quiet machine and 3 s on one with a load of 20.
      expect(behindMs).toBeLessThan(5_000);
      expect(run.peakMb).toBeLessThan(200);
    });

    test(`a file of ${20 * scale} MB each way`, async () => {
      const large = sandbox().path('large.bin');
      const size = 20 * scale * mb;
      await writeFile(large, randomBytes(size));
      const task = docker('copy', ['cp in.bin out.bin'], {
        inputFiles: { 'in.bin': '{{ inputs.large }}' },
        outputFiles: ['out.bin'],
      });
      const file = sandbox().flow({ inputs: [{ id: 'large', type: 'FILE' }], tasks: [task] });
      const run = await measured('run', file, '--quiet', '--input', `large=@${large}`);
      report(`${20 * scale} MB each way`, run);
      expect(run.code).toBe(0);
      expect(run.peakMb).toBeLessThan(200);
      const [last] = await sandbox().json<{ id: string }[]>('list', '--limit', '1');
      const shown = await sandbox().json<ExecutionDocument>('show', last?.id ?? '');
      const files = shown.taskRunList[0]?.outputs?.outputFiles as Record<string, string> | undefined;
      const uri = files?.['out.bin'] ?? '';
      const stored = sandbox().path(join('.windlass/storage', uri.replace('kestra:///', '')));
      expect(await hashOf(stored)).toBe(await hashOf(large));
    });
  },
);
