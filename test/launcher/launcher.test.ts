import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));
const asRoot = process.getuid?.() === 0;

/** A CLI that says what reached it; it loads a CommonJS library at once and another one when asked. */
const cli = `
import http from 'node:http';
import { parse } from 'yaml';
import { DatabaseSync } from 'node:sqlite';
let warm = 0;
export async function warmUp() {
  warm += 1;
  clearTimeout(setTimeout(() => {}, 1000));
}
export async function main() {
  const [what] = process.argv.slice(2);
  if (what === 'wait') {
    process.on('SIGTERM', () => process.exit(42));
    setInterval(() => {}, 1000);
  }
  if (what === 'later') await new Promise(resolve => setTimeout(resolve, 2000));
  const { pack } = await import('tar-stream');
  console.log(JSON.stringify({
    answer: parse('a: 1').a,
    pack: typeof pack,
    server: typeof http.createServer,
    loadsUndici: process.moduleLoadList.includes('NativeModule internal/deps/undici/undici'),
    loadsSqlite: process.moduleLoadList.includes('NativeModule sqlite'),
    database: typeof DatabaseSync,
    warm,
    random: Math.random(),
    arguments: process.argv.slice(2),
    folder: process.cwd(),
    pid: process.pid,
    node: process.execPath,
    path: process.env.PATH,
    hangUpIgnored: process.env.WINDLASS_NOHUP,
  }));
  if (what === 'fail') process.exitCode = 7;
}
`;

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly child: ChildProcess;
}

let folder: string;
let checkout: string;
let environment: Record<string, string>;
const started: ChildProcess[] = [];

function makeCheckout(path: string): void {
  for (const name of ['windlass', 'scripts', 'build.ts', 'package.json', 'package-lock.json']) {
    cpSync(join(project, name), join(path, name), { recursive: true });
  }
  mkdirSync(join(path, 'src'));
  writeFileSync(join(path, 'src/main.ts'), cli);
}

function launch(
  args: readonly string[],
  options: {
    cwd?: string;
    env?: Record<string, string>;
    uid?: number;
    launcher?: string;
    out?: (text: string) => void;
  } = {},
): Promise<Finished> {
  const child = spawn(options.launcher ?? join(checkout, 'windlass'), args, {
    cwd: options.cwd ?? folder,
    env: { ...environment, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  started.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', data => {
    out += data;
    options.out?.(out);
  });
  child.stderr.on('data', data => {
    err += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve({ code, out, err, child }));
  });
}

/** A Node that is too old by its own words, so that the launcher must bring the pinned one. */
function oldNode(): string {
  const bin = join(folder, 'old-node');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'node'), `#!/bin/sh\n[ "$1" = -p ] && exit 0\nexec ${process.execPath} "$@"\n`);
  chmodSync(join(bin, 'node'), 0o755);
  return bin;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-launcher-'));
  chmodSync(folder, 0o755);
  checkout = join(folder, 'checkout');
  makeCheckout(checkout);
  const node = dirname(process.execPath);
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(entry => entry !== node && !entry.includes('node_modules'));
  environment = {
    // npm's own cache stays the user's: what is tested is the launcher, not the download.
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => /^(npm_config_|HOME$|http|node_extra_ca|ssl_cert)/i.test(name)),
    ),
    XDG_CACHE_HOME: join(folder, 'cache'),
    PATH: [node, ...path].join(delimiter),
  } as Record<string, string>;
});

afterEach(() => {
  const alive = started.splice(0).filter(child => child.exitCode === null && child.signalCode === null);
  for (const child of alive) child.kill('SIGKILL');
  expect(alive.map(child => child.spawnargs)).toEqual([]);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the launcher', () => {
  test('two first starts at once install Node and libraries, build, and run', { timeout: 180_000 }, async () => {
    const env = { PATH: `${oldNode()}${delimiter}${environment.PATH}` };
    const [first, second] = await Promise.all([launch(['a', 'b c'], { env }), launch(['fail'], { env })]);
    expect(first.err + second.err).toContain('installing Node');
    expect(first.code).toBe(0);
    expect(second.code).toBe(7);
    const said = JSON.parse(first.out);
    expect(said).toMatchObject({ answer: 1, pack: 'function', arguments: ['a', 'b c'], folder, pid: first.child.pid });
    // 35 ms of CPU time at each start; see build.ts.
    expect(said).toMatchObject({ server: 'function', loadsUndici: false });
    expect(said.node).toContain(join(folder, 'cache', 'windlass', 'node-24'));
    expect(said.path.split(delimiter)[0]).toBe(dirname(said.node));
    expect((first.err + second.err).match(/libraries are installed/g)).toHaveLength(1);
    expect(readdirSync(join(folder, 'cache', 'windlass'))).toHaveLength(1);
  });

  test('a later start says nothing, prepares nothing and needs no npm', async () => {
    const later = await launch([], { env: { PATH: '/usr/bin:/bin', npm_config_registry: 'http://127.0.0.1:9' } });
    expect(later.err).toBe('');
    expect(later.code).toBe(0);
  });

  test('who has SIGHUP ignored is known: Node takes it back', async () => {
    const [plain, kept] = await Promise.all([
      launch([], { env: { WINDLASS_NOHUP: 'inherited' } }),
      launch([join(checkout, 'windlass')], { launcher: 'nohup' }),
    ]);
    expect(JSON.parse(plain.out)).toMatchObject({ hangUpIgnored: '' });
    expect(JSON.parse(kept.out)).toMatchObject({ hangUpIgnored: '1' });
  });

  test('a start takes up the snapshot of a warmed-up process, with its own folder, environment and random numbers', async () => {
    const [first, second] = [await launch([], { env: { PATH: '/usr/bin:/bin' } }), await launch([], { cwd: '/' })];
    const [one, other] = [JSON.parse(first.out), JSON.parse(second.out)];
    expect(one).toMatchObject({ warm: 1, loadsSqlite: false, database: 'function', folder });
    expect(other).toMatchObject({ warm: 1, folder: '/' });
    expect(one.path).not.toContain('node_modules');
    expect(one.random).not.toBe(other.random);
  });

  test('a timer beyond those that the warm-up cleared fires: Node takes them for due still', async () => {
    expect(JSON.parse((await launch(['later'])).out)).toMatchObject({ warm: 1, arguments: ['later'] });
  });

  test('another Node in place of the one that made the snapshot starts without it', async () => {
    const stamp = join(checkout, 'dist/.stamp');
    const [node, program] = readFileSync(stamp, 'utf8').split('\n');
    const { mtime } = statSync(stamp);
    const refused = join(checkout, 'dist/start.blob');
    const kept = readFileSync(refused);
    writeFileSync(stamp, `${node}\n1 1\n`);
    utimesSync(stamp, mtime, mtime);
    writeFileSync(refused, 'of another Node');
    const started = await launch(['a']);
    expect(started.err).toBe('');
    expect(JSON.parse(started.out)).toMatchObject({ warm: 0, arguments: ['a'] });
    writeFileSync(refused, kept);
    writeFileSync(stamp, `${node}\n${program}\n`);
    utimesSync(stamp, mtime, mtime);
  });

  test('through a link, from another folder', async () => {
    const link = join(folder, 'link');
    execFileSync('ln', ['-s', join(checkout, 'windlass'), link]);
    const linked = await launch(['x'], { launcher: link, cwd: '/' });
    expect(JSON.parse(linked.out)).toMatchObject({ arguments: ['x'], folder: '/' });
  });

  test('a signal to the launcher is one to the CLI', async () => {
    const waiting = await launch(['wait'], { out: () => started.at(-1)?.kill('SIGTERM') });
    expect(waiting.code).toBe(42);
  });

  test('a changed, a new and a removed source are built, and only once', async () => {
    const extra = join(checkout, 'src/extra.ts');
    const steps: readonly (() => void)[] = [
      () => writeFileSync(extra, 'export const extra = 1;\n'),
      () => writeFileSync(join(checkout, 'src/main.ts'), `${cli}\n`),
      () => rmSync(extra),
    ];
    for (const step of steps) {
      step();
      expect((await launch([])).err).toMatch(/^windlass: built \(.*\)\n$/);
      expect((await launch([])).err).toBe('');
    }
  });

  test('why there is no snapshot is said, and starts are made without', async () => {
    writeFileSync(join(checkout, 'src/main.ts'), cli.replace('warm += 1;', "throw new Error('too cold');"));
    const first = await launch(['a']);
    expect(first.err).toMatch(/no start-up snapshot could be made, so starts take longer: Error: too cold\n$/);
    expect(JSON.parse(first.out)).toMatchObject({ warm: 0, arguments: ['a'] });
    expect(await launch([])).toMatchObject({ code: 0, err: '' });
    writeFileSync(join(checkout, 'src/main.ts'), cli);
  });

  test('sources that cannot be bundled are exit code 2 with the place, and mended ones run', async () => {
    writeFileSync(join(checkout, 'src/main.ts'), 'const = 1;\n');
    const broken = await launch([]);
    expect(broken.code).toBe(2);
    expect(broken.err).toContain('src/main.ts:1:6');
    expect(broken.err).not.toMatch(/^\s+at /m);
    writeFileSync(join(checkout, 'src/main.ts'), cli);
    expect((await launch([])).code).toBe(0);
  });

  test('without npm it says what to install', async () => {
    const bare = join(folder, 'bare');
    makeCheckout(bare);
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    for (const tool of [
      'sh',
      'find',
      'mktemp',
      'mkdir',
      'rm',
      'uname',
      'grep',
      'tail',
      'tr',
      'cat',
      'mv',
      'df',
      'awk',
    ]) {
      execFileSync('ln', ['-s', execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(tools, tool)]);
    }
    const env = { PATH: tools, XDG_CACHE_HOME: join(folder, 'cache-without-npm') };
    const refused = await launch([], { launcher: join(bare, 'windlass'), env });
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('npm is not installed');
    expect(readdirSync(join(folder, 'cache-without-npm', 'windlass'))).toEqual([]);
  });

  test('without network it names the registry', { timeout: 60_000 }, async () => {
    const env = {
      PATH: `${oldNode()}${delimiter}${environment.PATH}`,
      XDG_CACHE_HOME: join(folder, 'cache-without-network'),
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_cache: join(folder, 'npm-cache'),
      npm_config_fetch_retries: '0',
    };
    rmSync(join(checkout, 'dist'), { recursive: true });
    const refused = await launch([], { env });
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('http://127.0.0.1:9');
    expect(readdirSync(join(folder, 'cache-without-network', 'windlass'))).toEqual([]);
  });

  test('a cache folder that cannot be made is named', async () => {
    writeFileSync(join(folder, 'a-file'), '');
    const env = { PATH: `${oldNode()}${delimiter}${environment.PATH}`, XDG_CACHE_HOME: join(folder, 'a-file') };
    const refused = await launch([], { env });
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('XDG_CACHE_HOME');
  });

  // Root may write everywhere, and only root can become another user.
  test.runIf(asRoot)('a checkout that cannot be written runs from the cache folder', { timeout: 120_000 }, async () => {
    const home = join(folder, 'nobody');
    mkdirSync(home, { mode: 0o777 });
    chmodSync(home, 0o777);
    const env = { HOME: home, XDG_CACHE_HOME: home, npm_config_cache: join(home, 'npm') };
    const first = await launch(['there'], { uid: 65534, env });
    expect(first.code, first.err).toBe(0);
    expect(JSON.parse(first.out).arguments).toEqual(['there']);
    expect(existsSync(join(checkout, 'dist'))).toBe(false);
    expect((await launch([], { uid: 65534, env })).err).toBe('');
  });

  test.runIf(asRoot)('a full disk is said to be full', { timeout: 60_000 }, async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', small]);
    try {
      const env = { PATH: `${oldNode()}${delimiter}${environment.PATH}`, XDG_CACHE_HOME: small };
      const refused = await launch([], { env });
      expect(refused.code).toBe(2);
      expect(refused.err).toContain('The disk is full');
      expect(readdirSync(join(small, 'windlass'))).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
