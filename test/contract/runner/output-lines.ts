/** What a program says arrives whole, in order, exactly once. */
import { describe, expect, test } from 'vitest';
import type { Bench } from './index.ts';

export function outputLines(bench: Bench): void {
  describe('output', () => {
    test('each stream keeps its order and its blank lines', async () => {
      // Where streams are merged, a line without an end takes in what the other stream says after it: first that is read.
      const script =
        'echo a; echo; echo b; echo x >&2; echo >&2; echo y >&2; printf "  c  \\r\\n\\n"; sleep 0.2; printf "no end"';
      const { lines, stdout, stderr } = await (await bench.trial({ script })).live();
      if (bench.under().runner.capabilities.separateStreams) {
        expect(stdout).toEqual(['a', '', 'b', '  c  ', '', 'no end']);
        expect(stderr).toEqual(['x', '', 'y']);
      } else {
        expect(lines).toHaveLength(9);
      }
      for (const line of lines) expect(Math.abs(line.time - Date.now())).toBeLessThan(60_000);
    });

    test('a carriage return ends a line', async () => {
      const { stdout } = await (await bench.trial({ script: 'printf "10%%\\r20%%\\r30%%\\ndone"' })).live();
      expect(stdout).toEqual(['10%', '20%', '30%', 'done']);
    });

    test('a program that says nothing gives no line', async () => {
      expect((await (await bench.trial({ script: 'exit 0' })).live()).lines).toEqual([]);
    });

    test('lines around 16 KiB and of 300 KiB stay one line', async () => {
      const sizes = [1023, 16_383, 16_384, 16_385, 32_768, 300 * 1024, 5];
      const script = sizes.map(size => `head -c ${size} /dev/zero | tr '\\0' a; echo`).join('\n');
      const { stdout } = await (await bench.trial({ script })).live();
      expect(stdout.map(line => line.length)).toEqual(sizes);
      expect(stdout.every(line => /^a+$/.test(line))).toBe(true);
    });

    test.for([0, 1, 2])('characters of three bytes survive every border, shifted by %i', async shift => {
      const script = `printf '%s' '${'x'.repeat(shift)}'; head -c 20000 /dev/zero | tr '\\0' '\\n' | while read -r l; do printf '€'; done; echo`;
      const { stdout } = await (await bench.trial({ script })).live();
      expect(stdout).toEqual(['x'.repeat(shift) + '€'.repeat(20_000)]);
    });

    test('20,000 numbered lines on each stream, then the end at once: each is there once', async () => {
      const script = `seq 1 20000; seq 1 20000 >&2; ${bench.under().beforeEnd ?? ''}`;
      const { stdout, stderr, lines } = await (await bench.trial({ script })).live();
      const numbers = Array.from({ length: 20_000 }, (_, index) => String(index + 1));
      if (bench.under().runner.capabilities.separateStreams) {
        expect(stdout).toEqual(numbers);
        expect(stderr).toEqual(numbers);
      } else {
        // Two pipes that an engine writes into one log: it reads them in turns of its own choosing.
        const texts = lines.map(line => line.text);
        expect(texts).toHaveLength(40_000);
        expect(texts.sort()).toEqual([...numbers, ...numbers].sort());
      }
    });

    test('two streams at once: no line is lost in either', async () => {
      const script = 'seq 1 5000 & seq 1 5000 >&2 & wait';
      const { stdout, stderr, lines } = await (await bench.trial({ script })).live();
      expect(lines).toHaveLength(10_000);
      if (!bench.under().runner.capabilities.separateStreams) return;
      const numbers = Array.from({ length: 5000 }, (_, index) => String(index + 1));
      expect(stdout).toEqual(numbers);
      expect(stderr).toEqual(numbers);
    });

    test('20 short programs at once: 20 logs and 20 exit codes', async () => {
      const trials = await Promise.all(
        Array.from({ length: 20 }, (_, index) => bench.trial({ script: `echo once ${index}; exit 7` })),
      );
      const lived = await Promise.all(trials.map(trial => trial.live()));
      expect(lived.map(one => one.stdout)).toEqual(trials.map((_, index) => [`once ${index}`]));
      expect(lived.every(one => one.outcome.kind === 'exited' && one.outcome.exitCode === 7)).toBe(true);
    });

    test('lines come while the program runs', async () => {
      const run = await (await bench.trial({ script: 'echo first; sleep 60; echo last' })).started();
      const began = Date.now();
      for await (const batch of run.logs()) if (batch.lines.some(line => line.text === 'first')) break;
      // Of a container's start on a busy machine, too; the program's end is far off.
      expect(Date.now() - began).toBeLessThan(20_000);
      await run.stop({ graceMs: 0 });
      await run.dispose();
    });
  });
}
