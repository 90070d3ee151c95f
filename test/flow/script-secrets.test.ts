/** A secret in the text of a script is warned of, and nothing that only looks like one. */
import { describe, expect, test } from 'vitest';
import { places, read, withTasks } from './reading.ts';

const shell = (properties: string) =>
  read(withTasks(`  - id: sh\n    type: io.kestra.plugin.scripts.shell.Commands\n${properties}`));
const commands = (text: string) => shell(`    commands:\n      - true\n      - ${JSON.stringify(text)}\n`);

describe('a secret in a script', () => {
  test.each([
    "curl -H {{ secret('A') }} x",
    "{{secret('A')}}",
    "{{ 'Bearer ' ~ secret('A') | base64encode }}",
    "{% if secret('A') == 'x' %}echo{% endif %}",
    "{{ upper(value=secret(key='A')) }}",
  ])('%s is a warning at its command', text => {
    const { flows, problems } = commands(text);
    expect(flows).toHaveLength(1);
    expect(places({ problems })).toEqual(['8:9 secret-in-script']);
    expect(problems[0]).toMatchObject({ severity: 'warning', path: 'tasks[0].commands[1]' });
    expect(problems[0]?.message).toMatch(/^sh\.commands: /);
    expect(problems[0]?.hint).toContain('env:');
  });

  test.each([
    'echo secret(1) {{ flow.id }}',
    "echo {{ vars.secret }} {{ 'secret(1)' }}",
    "{% raw %}{{ secret('A') }}{% endraw %}",
    "{# {{ secret('A') }} #}echo",
  ])('%s is none', text => {
    expect(commands(text).problems).toEqual([]);
  });

  test('in beforeCommands too, but not in env', () => {
    const { problems } = shell(
      `    beforeCommands: ["export A={{ secret('A') }}"]\n    commands: ["true"]\n    env: {B: "{{ secret('B') }}"}\n`,
    );
    expect(problems.map(({ path }) => path)).toEqual(['tasks[0].beforeCommands[0]']);
  });

  test('in a task that starts no program it is no matter', () => {
    const task = `  - {id: r, type: io.kestra.plugin.core.debug.Return, format: "{{ secret('A') }}"}\n`;
    expect(read(withTasks(task)).problems).toEqual([]);
  });
});
