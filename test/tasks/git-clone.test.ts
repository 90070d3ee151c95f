import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { git, hasSshServer, makeRepositories, startHttp, startSsh } from './git-server.ts';
import { TaskHarness } from './task-harness.ts';

const root = mkdtempSync(join(tmpdir(), 'windlass-git-'));
let commits: string[];
let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  commits = makeRepositories(root);
  http = await startHttp(root, 'me', 'p%:@word');
});
afterAll(() => {
  http.server.close();
  rmSync(root, { recursive: true, force: true });
});

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(() => {
  const beside = readdirSync(harness.base).filter(name => name.includes('.key-'));
  harness.close();
  expect(beside, 'keys left behind').toEqual([]);
});

const clone = (properties: ValueMap) =>
  harness.run(
    'io.kestra.plugin.git.Clone',
    { url: `file://${root}/whole.git`, ...properties },
    { environment: { PATH: process.env.PATH ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1' } },
  );
const files = (folder = '') =>
  readdirSync(join(harness.workDir, folder))
    .filter(name => !name.startsWith('.git'))
    .sort();
const inClone = (...args: string[]) => git(harness.workDir, ...args);

describe('git.Clone', () => {
  it('brings the newest state of the default branch into the working directory', async () => {
    const ended = await clone({});
    expect(ended).toMatchObject({ state: 'SUCCESS', outputs: { directory: harness.workDir } });
    expect(ended.said).toEqual([`INFO Start cloning from 'file://${root}/whole.git'`]);
    expect(files()).toEqual(['one.txt', 'part', 'three.txt', 'two.txt']);
    expect(files('part')).toEqual([]);
    expect(inClone('rev-list', '--count', 'HEAD')).toBe('1');
    expect(inClone('symbolic-ref', '--short', 'HEAD')).toBe('main');
  });

  it('takes a branch, a tag, a commit, a depth', async () => {
    await clone({ directory: 'branch', branch: 'old' });
    expect(files('branch')).toEqual(['one.txt']);
    await clone({ directory: 'tag', tag: 'v1', branch: 'main' });
    expect(files('tag')).toEqual(['one.txt']);
    await clone({ directory: 'commit', commit: commits[1]?.slice(0, 10) ?? '', branch: 'old' });
    expect(files('commit')).toEqual(['one.txt', 'two.txt']);
    await clone({ directory: 'a/depth', depth: 2 });
    expect(git(join(harness.workDir, 'a/depth'), 'rev-list', '--count', 'HEAD')).toBe('2');
  });

  it('leaves other branches and tags out when it is told to', async () => {
    await clone({ cloneAllBranches: false, noTags: true });
    expect(inClone('branch', '-r', '--format=%(refname:short)')).not.toContain('origin/old');
    expect(inClone('tag')).toBe('');
  });

  it('brings submodules, from the same server with the same password', async () => {
    const ended = await clone({
      url: `${http.url}/whole.git`,
      username: 'me',
      password: 'p%:@word',
      cloneSubmodules: true,
    });
    expect(ended.failure).toBeUndefined();
    expect(files('part')).toEqual(['part.txt']);
  });

  it('keeps the password out of the repository', async () => {
    await clone({ url: `${http.url}/whole.git`, username: 'me', password: 'p%:@word' });
    expect(files()).toContain('three.txt');
    expect(readFileSync(join(harness.workDir, '.git/config'), 'utf8')).not.toContain('word');
  });

  it.each([
    [{ password: 'wrong', username: 'me' }, /^git clone failed: .*Authentication failed/s],
    [{}, /^git clone failed: .*(could not read Username|terminal prompts disabled)/s],
  ])('fails without the right password: %j', async (properties, words) => {
    expect((await clone({ url: `${http.url}/whole.git`, ...properties })).failure).toMatch(words);
  });

  it.each([
    [{ branch: 'none' }, 'Remote branch none not found'],
    [{ branch: '--upload-pack=touch x' }, 'Remote branch --upload-pack=touch x not found'],
    [{ url: '--upload-pack=touch x' }, "repository '--upload-pack=touch x' does not exist"],
    [{ url: 'ext::sh -c touch% x' }, "transport 'ext' not allowed"],
    [{ commit: 'ffffffff' }, 'git checkout failed'],
    [{ directory: '../out' }, 'directory: it must lie inside the working directory'],
    [{ depth: '{{ 0 }}' }, 'depth must be a whole number'],
  ])('says what is wrong with %j', async (properties, words) => {
    expect((await clone(properties)).failure).toContain(words);
    expect(files()).not.toContain('x');
  });

  it('writes nothing through a link that leads out of the working directory', async () => {
    mkdirSync(join(harness.base, 'elsewhere'));
    symlinkSync(join(harness.base, 'elsewhere'), join(harness.workDir, 'link'));
    for (const directory of ['link', 'link/deeper']) {
      expect((await clone({ directory })).failure).toContain('directory: it must lie inside the working directory');
    }
    expect(readdirSync(join(harness.base, 'elsewhere'))).toEqual([]);
  });

  it('refuses a folder that holds something', async () => {
    writeFileSync(join(harness.workDir, 'mine.txt'), 'x');
    expect((await clone({})).failure).toContain('already exists and is not an empty directory');
    expect(files()).toEqual(['mine.txt']);
  });

  it('sets what gitConfig says', async () => {
    await clone({ gitConfig: { 'core.autocrlf': 'input', 'windlass.test': true } });
    expect([inClone('config', 'core.autocrlf'), inClone('config', 'windlass.test')]).toEqual(['input', 'true']);
  });
});

describe.skipIf(!hasSshServer)('git.Clone over ssh', () => {
  let ssh: Awaited<ReturnType<typeof startSsh>>;
  beforeAll(async () => {
    ssh = await startSsh(join(root, 'ssh'), 'open sesame');
  });
  afterAll(() => {
    ssh.server.kill();
    ssh.forget();
  });

  it('uses the private key, opened by its passphrase', async () => {
    const { privateKey } = ssh;
    const ended = await clone({ url: `${ssh.url}${root}/whole.git`, privateKey, passphrase: 'open sesame' });
    expect(ended.failure).toBeUndefined();
    expect(files()).toContain('three.txt');
  });

  it('is refused without the key, and without its passphrase, and asks nobody', async () => {
    const url = `${ssh.url}${root}/whole.git`;
    expect((await clone({ url })).failure).toContain('Permission denied');
    expect((await clone({ url, privateKey: ssh.privateKey, passphrase: 'wrong' })).failure).toContain(
      'Permission denied',
    );
    expect((await clone({ url, privateKey: 'no key' })).failure).toContain('Permission denied');
  });
});
