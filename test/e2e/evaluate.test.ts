/** `eval`: expressions from the command line, and one row for each line with `--jsonl`. */
import { expect, test } from 'vitest';
import { useSandbox } from './sandbox.ts';

const sandbox = useSandbox();

test('prints the result, with the variables of a file', async () => {
  sandbox().write('vars.json', '{"inputs": {"name": "world", "n": 1.0}}');
  const { out, code } = await sandbox().run([
    'eval',
    '--context',
    'vars.json',
    '{{ inputs.name | upper }} {{ inputs.n }}',
  ]);
  expect(out).toBe('WORLD 1.0\n');
  expect(code).toBe(0);
});

test('an expression that fails is refused, with its place', async () => {
  const { out, err, code } = await sandbox().run(['eval', '{{ nothing }}']);
  expect(err).toMatch(/Unable to find `nothing`.*line 1/);
  expect(err).not.toMatch(/\n\s+at /);
  expect(out).toBe('');
  expect(code).toBe(2);
});

test('--jsonl gives one row for each line, in order', async () => {
  const lines = ['{{ 1 + 1 }}', '{{ nothing }}', '{{ [1, 2] }}', 'plain\ntext', '{{ 1 / }}'];
  const input = `${lines.map(line => JSON.stringify(line)).join('\n')}\nnot json\n"last"`;
  const { out, code } = await sandbox().run(['eval', '--jsonl'], { input });
  expect(code).toBe(0);
  const rows = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  expect(rows).toEqual([
    { render: '2', typed: 2 },
    { error: expect.stringContaining('nothing') },
    { render: '[1,2]', typed: [1, 2] },
    { render: 'plain\ntext', typed: 'plain\ntext' },
    { error: expect.any(String) },
    { error: expect.any(String) },
    { render: 'last', typed: 'last' },
  ]);
});

test('secrets and the configuration are there', async () => {
  sandbox().write('secrets.env', 'TOKEN=abc\n');
  sandbox().write('config.yaml', 'kestra:\n  variables:\n    globals: {my_name: x}\n');
  const args = [
    'eval',
    '--secrets',
    'secrets.env',
    '--config',
    'config.yaml',
    "{{ secret('token') }} {{ globals['my-name'] }}",
  ];
  expect((await sandbox().run(args)).out).toBe('abc x\n');
});
