/** Inputs of the command line: those that nothing asks for, and those that are missing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { command } from './command.ts';

let folder: string;
let state: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-inputs-'));
  state = join(folder, 'state');
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (inputs: string, ...options: string[]) => {
  const path = join(folder, 'flow.yaml');
  const tasks = '[{id: say, type: io.kestra.plugin.core.log.Log, message: "hello {{ inputs.name ?? \'nobody\' }}"}]';
  writeFileSync(path, `id: greet\nnamespace: company.team\ninputs: [${inputs}]\ntasks: ${tasks}\n`);
  return command(['run', path, '--state', state, ...options]);
};
const name = '{id: name, type: STRING, required: false}';

describe('an input that the flow does not ask for', () => {
  test('is named with the nearest, and the run goes on', async () => {
    const { code, err } = await run(name, '-i', 'nam=you');
    expect(err).toMatch(/^-i nam: no effect, as there is no such input\. Did you mean name\?\n/);
    expect(err).toContain('hello nobody');
    expect(code).toBe(0);
  });

  test('is told what there is where none is near', async () => {
    expect((await run(`${name}, {id: day, type: STRING, required: false}`, '-i', 'colour=red')).err).toContain(
      '-i colour: no effect, as there is no such input. There are: name, day.\n',
    );
    expect((await run('', '-i', 'colour=red')).err).toContain('None is asked for.\n');
  });

  test('is passed over with --quiet, and one that is asked for is not named', async () => {
    expect((await run(name, '-i', 'nam=you', '--quiet')).err).toBe('');
    expect((await run(name, '-i', 'name=you')).err).not.toContain('no effect');
  });

  test('is named by explain, too', async () => {
    await run(name);
    const { code, err } = await command(['explain', join(folder, 'flow.yaml'), '-i', 'nam=you']);
    expect([code, err]).toEqual([0, '-i nam: no effect, as there is no such input. Did you mean name?\n']);
  });
});

describe('required inputs that are missing', () => {
  const required = '{id: day, type: DATE}, {id: data, type: FILE}';

  test('are told with how to give them, in words; the document keeps to what is wrong', async () => {
    const { code, out, err } = await run(required, '--json');
    expect(code).toBe(2);
    expect(err).toMatch(/`day`, missing required input.*\n.*`data`.*\nGive them with: -i day=VALUE -i data=@PATH\n$/);
    expect(JSON.parse(out).violations[0]).toEqual({
      path: 'day',
      message: 'Invalid input for `day`, missing required input, but received `null`',
    });
    expect(JSON.parse(out).error.message).not.toContain('-i');
  });

  test('one that is wrong gets no such hint', async () => {
    const { code, err } = await run('{id: day, type: DATE}', '-i', 'day=soon');
    expect(code).toBe(2);
    expect(err).not.toContain('Give');
  });
});
