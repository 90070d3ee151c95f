/** What a start costs: which modules are loaded, and that nothing holds up the end. Three starts from source: 3 s. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testHost } from '../docker/engine.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-start-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Tells the modules that were loaded, and what keeps the process alive when the program is through. */
const witness = `
import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
const loaded = [];
registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
process.on('exit', () => {
  writeFileSync(process.env.REPORT, JSON.stringify({ loaded, alive: process.getActiveResourcesInfo() }));
});
await (await import(process.env.PROGRAM)).main();
`;

function start(
  flow: string,
  command: string,
  ...options: string[]
): { readonly loaded: readonly string[]; readonly alive: readonly string[] } {
  const paths = {
    program: join(folder, 'witness.mjs'),
    flow: join(folder, 'flow.yaml'),
    report: join(folder, 'report.json'),
  };
  writeFileSync(paths.program, witness);
  writeFileSync(paths.flow, flow);
  const { PATH = '' } = process.env;
  execFileSync(process.execPath, [paths.program, command, paths.flow, ...options], {
    env: {
      PATH,
      HOME: folder,
      DOCKER_HOST: testHost,
      PROGRAM: pathToFileURL(join(import.meta.dirname, '../../src/main.ts')).href,
      REPORT: paths.report,
    },
  });
  return JSON.parse(execFileSync('cat', [paths.report], { encoding: 'utf8' }));
}

const run = (flow: string) => start(flow, 'run', '--ephemeral', '--quiet');

const flow = (runner: string) => `
id: one
namespace: company.team
tasks:
  - id: hi
    type: io.kestra.plugin.scripts.shell.Commands
    ${runner}
    commands: [echo hi]
`;

test('one local task loads no engine client, no jq, Ion or dates, and leaves no timer', () => {
  const { loaded, alive } = run(flow('taskRunner: {type: io.kestra.plugin.core.runner.Process}'));
  const modules = loaded.filter(url => url.startsWith('file:'));
  expect(modules.length).toBeGreaterThan(100);
  // What the Docker runner would refuse of a flow's literals is told when the flow is read: its settings are declared.
  const needless =
    /runners\/(docker|kubernetes)\/(?!declaration|settings|port-bindings|registry-config)|runners\/fake|expression\/(jq|dates)\/|expression\/ion\/read|node_modules\/ion-js|tar-stream|node_modules\/ws\/|src\/server\/|cli\/(schema|explain|doctor|watch|rerun|completion)/;
  expect(modules.filter(url => needless.test(url))).toEqual([]);
  expect(loaded.filter(url => /^node:https?$/.test(url))).toEqual([]);
  expect(alive).not.toContain('Timeout');
});

test('checking a flow loads nothing that runs one', () => {
  const { loaded } = start(flow(''), 'validate', '--json');
  const needless = loaded.filter(url => /src\/(worker|runs|storage\/local|store\/(?!store\.ts))|node:sqlite/.test(url));
  expect(needless).toEqual([]);
});

describe.skipIf(!existsSync(testHost.replace(/^unix:\/\//, '')))('with an engine', () => {
  test('one container leaves no timer: one of the log held up the end by 200 ms', () => {
    const docker = '{type: io.kestra.plugin.scripts.runner.docker.Docker, pullPolicy: NEVER, networkMode: none}';
    const { loaded, alive } = run(flow(`containerImage: busybox:latest\n    taskRunner: ${docker}`));
    expect(alive).not.toContain('Timeout');
    expect(loaded.filter(url => /runners\/kubernetes\/(?!declaration)|tar-stream/.test(url))).toEqual([]);
  });
});
