/** The command line as a whole: what is no command, and an output that takes nothing more. */
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { sinkOf } from '../../src/cli/output.ts';
import { runProgram } from '../../src/cli/program.ts';
import { command, noInput, silentOutput } from './command.ts';

test.each([['rum'], ['help', 'rum'], ['rum', '--help']])(
  '%s %s names the mistake and the nearest command',
  async (...args) => {
    const { code, out, err } = await command(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe("error: unknown command 'rum'\n(Did you mean run?)\n(--help shows what there is)\n");
  },
);

test.each([
  [['help', 'run'], /^Usage: windlass run /],
  [['run', '--help'], /^Usage: windlass run /],
  [['help'], /^Usage: windlass \[/],
])('%s shows help', async (args, head) => {
  const { code, out } = await command(args);
  expect(out).toMatch(head);
  expect(code).toBe(0);
});

/** Runs a command line whose standard output is this stream. */
async function writing(stream: NodeJS.WritableStream, ...args: string[]) {
  const err: string[] = [];
  const wishes = { noColor: true, plain: true };
  const stderr = { ...silentOutput().stderr, write: (text: string) => err.push(text) };
  const output = { stdout: sinkOf(stream, wishes), stderr };
  const signals = { hold: () => {}, onCancel: () => {}, onLeave: () => {} };
  return {
    code: await runProgram(args, {
      input: noInput,
      output,
      environment: { HOME: '/nonexistent' },
      signals,
    }),
    err: err.join(''),
  };
}

/** Tells its error first to the write, as files do. */
function fullDisk(): Writable {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  return new Writable({ write: (_chunk, _encoding, taken) => setImmediate(taken, error) });
}

test('a full disk is told, and is no success', async () => {
  const told = 'Standard output is not complete: no space left on device.\n';
  for (const args of [['eval', '{{ 1 }}'], ['docs']])
    expect(await writing(fullDisk(), ...args)).toEqual({ code: 1, err: told });
  // What failed by itself keeps its exit code.
  expect((await writing(fullDisk(), 'validate', '/nonexistent', '--json')).code).toBe(2);
});

test('a reader that went away is none', async () => {
  const stream = new PassThrough();
  stream.destroy(Object.assign(new Error('EPIPE: broken pipe, write'), { code: 'EPIPE' }));
  expect(await writing(stream, 'eval', '{{ 1 }}')).toEqual({ code: 0, err: '' });
});
