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

  const flow = (command: string) =>
    read(`id: f
namespace: a.b
inputs:
  - {id: token, type: SECRET}
  - {id: name, type: STRING}
variables:
  outer: "Bearer {{ render(vars.inner.value) }}"
  inner: {value: "{{ secret('A') }}", plain: x}
  given: "{{ inputs.token }}"
tasks:
  - id: sh
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [${JSON.stringify(command)}]
`);

  test.each([
    ['curl -u {{ inputs.token }}', 'inputs.token'],
    ["curl -u {{ inputs['token'] | upper }}", 'inputs.token'],
    ['echo {{ inputs }}', 'inputs.token'],
    ['echo {{ render(vars.inner.value) }}', 'render(vars.inner.value)'],
    ['echo {{ render(vars.outer) }}', 'render(vars.outer)'],
    ['echo {{ render(vars.given) }}', 'render(vars.given)'],
  ])('%s: an input of type SECRET and a variable made of a secret are secrets', (command, expression) => {
    const { problems } = flow(command);
    expect(problems.map(({ code }) => code)).toEqual(['secret-in-script']);
    expect(problems[0]?.hint).toContain(`env: {TOKEN: "{{ ${expression} }}"}`);
  });

  test.each([
    'echo {{ inputs.name }} {{ inputs.token_url ?? 1 }}',
    'echo {{ vars.outer }}',
    'echo {{ render(vars.inner.plain) }}',
    'echo "$TOKEN"',
  ])('%s: another input, or a variable that is not rendered, is none', command => {
    expect(flow(command).problems).toEqual([]);
  });

  test('in a task that starts no program it is no matter', () => {
    const task = `  - {id: r, type: io.kestra.plugin.core.debug.Return, format: "{{ secret('A') }}"}\n`;
    expect(read(withTasks(task)).problems).toEqual([]);
  });
});
