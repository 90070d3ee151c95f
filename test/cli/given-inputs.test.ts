/** Inputs of the command line: those that nothing asks for, and those that are missing. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
  return command(['run', path, ...(options.includes('--ephemeral') ? [] : ['--state', state]), ...options]);
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

describe('what is refused leaves nothing behind', () => {
  const data = '{id: data, type: FILE}';
  const file = () => {
    writeFileSync(join(folder, 'data.csv'), 'a,b');
    return ['-i', `data=@${join(folder, 'data.csv')}`];
  };

  test('a wrong input makes no state folder, nor does a file that was given beside it', async () => {
    expect((await run(`${data}, {id: day, type: DATE}`, ...file(), '-i', 'day=soon')).code).toBe(2);
    expect(existsSync(state)).toBe(false);
  });

  test('files that are refused make none, and are told with all else that is wrong', async () => {
    const missing = join(folder, 'none.csv');
    const inputs = `${data}, {id: other, type: FILE}, {id: day, type: DATE}`;
    const { code, err } = await run(inputs, '-i', `data=@${folder}`, '-i', `other=@${missing}`);
    expect(code).toBe(2);
    expect(err.split('\n')).toEqual([
      `Invalid input for \`data\`, Can't upload file: it is not a regular file, but received \`${folder}\``,
      `Invalid input for \`other\`, Can't upload file: no such file or directory, but received \`${missing}\``,
      expect.stringContaining('`day`, missing required input'),
      'Give it with: -i day=VALUE',
      '',
    ]);
    expect(existsSync(state)).toBe(false);
  });

  test('a folder of namespace files that is not there makes none', async () => {
    const { code, err } = await run('', '--namespace-files', join(folder, 'nowhere'));
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/nowhere of --namespace-files: no such file or directory\.\n$/),
    ]);
    expect(existsSync(state)).toBe(false);
  });

  test('--ephemeral leaves no temporary folder', async () => {
    const before = readdirSync(tmpdir());
    expect((await run('{id: day, type: DATE}', '--ephemeral')).code).toBe(2);
    const left = readdirSync(tmpdir()).filter(each => each.startsWith('windlass-ephemeral-') && !before.includes(each));
    expect(left).toEqual([]);
  });

  test('and what is accepted may read the files before they are stored', async () => {
    const note = '{id: note, type: STRING, defaults: "{{ read(inputs.data) }} {{ read(\'words.txt\') }}"';
    writeFileSync(join(folder, 'words.txt'), 'from the namespace');
    const inputs = `${data}, ${note}, dependsOn: {inputs: [data]}}`;
    const { code, out } = await run(inputs, ...file(), '--namespace-files', folder, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out).inputs.note).toBe('a,b from the namespace');
    expect(JSON.parse(out).inputs.data).toMatch(/^kestra:\/\/\/.*data\.csv$/);
  });
});
