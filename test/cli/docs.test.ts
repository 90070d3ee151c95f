/** `windlass docs`: pages of types, from the schema that validates them. */
import { describe, expect, test } from 'vitest';
import { catalogFor } from '../../src/cli/catalog.ts';
import { runnerJson, taskJson } from '../../src/cli/schema/flow-json-schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { command } from './command.ts';

const docs = async (...args: string[]) => command(['docs', ...args]);

describe('a page', () => {
  test('has kind, default, title, description and examples of each property, and of those in its maps', async () => {
    const { out } = await docs('runner.docker.Docker');
    expect(out).toContain('  pullPolicy  IF_NOT_PRESENT | ALWAYS | NEVER, default "IF_NOT_PRESENT"\n');
    expect(out).toContain('  privileged  boolean, default false\n      Extended privileges\n');
    expect(out).toMatch(/ {2}networkMode {2}text\n {6}Network\n {6}.*\n {6}For example: "host" or "none"\n/);
    expect(out).toMatch(/ {2}memory {2}map\n {6}Limits of memory\n {4}memory {2}text\n {8}Memory\n/);
  });

  test('folds long lines at spaces, and goes on where they began', async () => {
    const { out } = await docs('runner.docker.Docker');
    expect(out).toMatch(/\n {6}Put before the command\. .*\n {6}the image’s own, .*\n {6}own\.\n {2}user /);
    expect(Math.max(...out.split('\n').map(line => line.length))).toBeLessThanOrEqual(80);
  });

  test('has what is required first', async () => {
    const { out } = await docs('shell.Commands');
    expect(out).toMatch(/PROPERTIES\n {2}id {2}text, required\n.*? {2}commands {2}list, required\n/s);
  });
});

test('every property of every type says what it is', () => {
  const catalog = catalogFor(loadConfig({ env: {} }).config, {});
  const untold = catalog.names().flatMap(type => {
    const [task, runner] = [catalog.task(type), catalog.runner(type)];
    const json = task ? taskJson(task) : runner && runnerJson(runner);
    const properties = Object.entries((json?.properties ?? {}) as Record<string, { title?: string }>);
    return properties.flatMap(([name, { title }]) => (name === 'type' || title ? [] : [`${type}.${name}`]));
  });
  expect(untold).toEqual([]);
});

test('a misspelt type gets a suggestion, an ambiguous end all that it may mean', async () => {
  expect((await docs('Dockr')).err).toContain('Did you mean io.kestra.plugin.scripts.runner.docker.Docker?');
  const { code, err } = await docs('Commands');
  expect(code).toBe(2);
  expect(err).toContain('Several types end with Commands:\n  io.kestra.plugin.scripts.');
});
