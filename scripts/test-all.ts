/**
 * What ./windlass-test runs once Node and the libraries are there: brings up the engines, lints, checks types, builds,
 * runs all tests and measures, takes down what it brought up, and prints the sum. Lint, types, build and bench count as
 * one test each.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVitestReport, type Tally } from './vitest-report.ts';

const root = join(import.meta.dirname, '..');
const state = mkdtempSync(join(tmpdir(), 'windlass-test-'));
const currentDocker = join(state, 'docker-current');
const args = process.argv.slice(2);
const filters = args.filter(arg => arg !== '--full');
const environment: NodeJS.ProcessEnv = { ...process.env };
if (args.includes('--full')) environment.WINDLASS_TEST_FULL = '1';

const children = new Set<ChildProcess>();
let interrupted = false;
/** Where the current Docker listens, once it does. */
let currentDockerHost: string | undefined;

interface Finished {
  readonly ok: boolean;
  /** Undefined when it was killed or never started. */
  readonly code?: number;
  readonly output: string;
}

/** Runs a program of the project; `show` passes its output on as it comes. */
function run(command: string, argv: readonly string[], show = false, env = environment): Promise<Finished> {
  return new Promise(resolve => {
    const child = spawn(command, argv, {
      cwd: root,
      env,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    children.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', data => (output += data));
    child.on('error', error => resolve({ ok: false, output: error.message }));
    child.on('close', code => {
      children.delete(child);
      resolve({ ok: code === 0, ...(code === null ? {} : { code }), output });
    });
  });
}

function node(script: string, ...argv: readonly string[]): [string, string[]] {
  return [process.execPath, ['--disable-warning=ExperimentalWarning', join(root, script), ...argv]];
}

const nothing: Tally = { passed: 0, failures: [], skipped: [] };

function oneTest(name: string, ok: boolean): Tally {
  return ok ? { ...nothing, passed: 1 } : { ...nothing, failures: [name] };
}

async function stage(name: string, work: () => Promise<Tally>): Promise<Tally> {
  if (interrupted) return nothing;
  console.log(`== ${name}`);
  const began = Date.now();
  const tally = await work();
  const verdict =
    tally.failures.length > 0 ? 'FAILED' : tally.passed === 0 && tally.skipped.length > 0 ? 'skipped' : 'ok';
  console.log(`   ${name}: ${verdict} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return tally;
}

/** A check that is one test: its output is shown when it fails. */
function check(name: string, [command, argv]: [string, string[]]): Promise<Tally> {
  return stage(name, async () => {
    const { ok, output } = await run(command, argv);
    if (!ok) console.log(output.trimEnd());
    return oneTest(name, ok);
  });
}

/** Gives the tests the address of a Docker engine with the images they use, or says why there is none. */
function bringUpDocker(): Promise<Tally> {
  return stage('Docker', async () => {
    const up = await run('sh', ['test/engines/docker/up.sh', state]);
    const images = up.ok ? await run('sh', ['test/engines/images/build.sh']) : undefined;
    if (images?.ok) {
      environment.WINDLASS_TEST_DOCKER = up.output.trim().split('\n').at(-1);
      return nothing;
    }
    console.log((images ?? up).output.trimEnd());
    // Empty: tests that look for an engine by themselves must not find half of one.
    environment.WINDLASS_TEST_DOCKER = '';
    // Where everything was installed for it, an engine that does not come up is a failure, not a reason to skip.
    if (environment.WINDLASS_TEST_ENGINES === 'required') return oneTest('Docker', false);
    return { ...nothing, skipped: ['everything that needs a Docker engine'] };
  });
}

/** The test files that the filters leave of these. */
function testFiles(...patterns: readonly string[]): string[] {
  const files = globSync(patterns, { cwd: root });
  return files.filter(file => filters.length === 0 || filters.some(filter => join(root, file).includes(filter)));
}

/** Gives the tests the kubeconfig of a cluster, or says why there is none. */
function bringUpKubernetes(built: Promise<Finished>): Promise<Tally> {
  return stage('Kubernetes', async () => {
    await built;
    const up = await run('bash', ['test/engines/kubernetes/up.sh', state]);
    const lines = up.output.trimEnd().split('\n');
    environment.WINDLASS_TEST_KUBERNETES = up.ok ? lines.at(-1) : '';
    if (up.ok) return nothing;
    console.log(lines.join('\n'));
    // 2: this machine is not one on which a cluster could be started.
    if (up.code !== 2 && environment.WINDLASS_TEST_ENGINES === 'required') return oneTest('Kubernetes', false);
    return { ...nothing, skipped: [`everything that needs Kubernetes (${lines.at(-1)})`] };
  });
}

async function runVitest(files: readonly string[], env = environment): Promise<Tally> {
  const report = join(state, 'vitest.json');
  rmSync(report, { force: true });
  const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { ok } = await run(join(root, 'node_modules/.bin/vitest'), [...options, ...files], true, env);
  return readVitestReport(report, ok, root);
}

/** The tests of the Docker runner again, on the Docker of today: Debian's is older than what most people use. */
function runOnCurrentDocker(files: readonly string[], built: Promise<Finished>): Promise<Tally> {
  return stage('tests on a current Docker', async () => {
    const build = await built;
    const up = build.ok ? await run('sh', ['test/engines/docker-current/up.sh', currentDocker]) : build;
    const last = up.output.trimEnd().split('\n').at(-1);
    if (up.ok) {
      // Engines that the tests start by themselves are of the same programs.
      const PATH = `${build.output.trimEnd().split('\n').at(-1)}:${environment.PATH}`;
      currentDockerHost = last;
      return await runVitest(files, { ...environment, PATH, WINDLASS_TEST_DOCKER: last });
    }
    console.log(up.output.trimEnd());
    // 2: this machine is not one on which it could be built.
    if (up.code !== 2 && environment.WINDLASS_TEST_ENGINES === 'required')
      return oneTest('tests on a current Docker', false);
    return { ...nothing, skipped: [`everything on a current Docker (${last})`] };
  });
}

/** The table of figures. What is beyond its limit is marked; only what is steady on a shared machine fails. */
function runBenches(): Promise<Tally> {
  return stage('bench', async () => {
    const [command, argv] = node('bench/run.ts', '--quick');
    const { ok } = await run(command, argv, true);
    if (currentDockerHost === undefined) return oneTest('bench', ok);
    const onCurrent = [...argv, '--on', 'docker-29', 'docker-runner', 'docker-runner-files'];
    const current = await run(command, onCurrent, true, { ...environment, DOCKER_HOST: currentDockerHost });
    return oneTest('bench', ok && current.ok);
  });
}

function bin(name: string, ...argv: string[]): [string, string[]] {
  return [join(root, 'node_modules/.bin', name), argv];
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    for (const child of children) child.kill(signal);
  });
}

const tallies: Tally[] = [];
const kubernetes = testFiles('test/**/*kubernetes*{,/**/*}.test.ts').length > 0;
const onCurrentDocker = testFiles(
  'test/docker/*.test.ts',
  'test/runners/docker.test.ts',
  'test/faults/docker-!(in-docker).test.ts',
  'test/e2e/kill.test.ts',
);
try {
  // Beside the first stages, for they take minutes when they were never built here; niced.
  const built = kubernetes ? run('bash', ['test/engines/kubernetes/build.sh']) : undefined;
  // After the other, with which it would share memory and cores.
  const buildDocker = () => run('sh', ['test/engines/docker-current/build.sh']);
  const dockerBuilt = onCurrentDocker.length > 0 ? (built ?? Promise.resolve()).then(buildDocker) : undefined;
  tallies.push(await check('lint', bin('biome', 'check', '--colors=off')));
  tallies.push(await check('types', bin('tsc', '--noEmit')));
  tallies.push(await check('build', node('scripts/prepare.ts', root)));
  tallies.push(await bringUpDocker());
  if (built) tallies.push(await bringUpKubernetes(built));
  tallies.push(await stage('tests', () => runVitest(filters)));
  if (dockerBuilt) tallies.push(await runOnCurrentDocker(onCurrentDocker, dockerBuilt));
  if (filters.length === 0) tallies.push(await runBenches());
} finally {
  if (kubernetes) await run('bash', ['test/engines/kubernetes/down.sh', state], true);
  await run('sh', ['test/engines/docker-current/down.sh', currentDocker], true);
  await run('sh', ['test/engines/docker/down.sh', state], true);
  rmSync(state, { recursive: true });
}

const skipped = tallies.flatMap(tally => tally.skipped);
for (const name of skipped) console.log(`skipped: ${name}`);
// Again at the end, for what they said stands far above.
const failures = tallies.flatMap(tally => tally.failures);
for (const failure of failures) console.log(`failed: ${failure}`);
if (interrupted) console.log('interrupted: not everything was run');
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
if (skipped.length > 0) console.log(`${skipped.length} skipped`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = interrupted ? 130 : failures.length > 0 ? 1 : 0;
