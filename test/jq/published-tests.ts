/** jq's own published tests, from Debian's source package of jq: fetched when the tests run, never part of this project. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** A program with what it gives for an input; or, with `fails`, one that cannot be compiled. */
export interface PublishedTest {
  /** `jq.test:120`, the line of the program. */
  readonly place: string;
  readonly program: string;
  readonly input: string;
  readonly outputs: readonly string[];
  readonly fails: boolean;
}

/** Those that ask nothing of the machine. `optional.test` needs time zones of jq's own. */
const files = ['jq.test', 'onig.test', 'base64.test'] as const;

/** @throws Error where Debian's archive cannot be reached, or this is no Debian */
export function publishedTests(): readonly PublishedTest[] {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'windlass', 'jq-tests');
  if (!existsSync(folder)) fetchInto(folder);
  return files.flatMap(file => read(file, readFileSync(join(folder, file), 'utf8')));
}

/** With lists of its own, so that nothing of the machine's apt is changed. */
function fetchInto(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    for (const part of ['lists/partial', 'cache/archives/partial', 'source', 'tests'])
      mkdirSync(join(work, part), { recursive: true });
    const sources = join(work, 'sources.list');
    const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
    // Debian 12, whatever this machine is: it has jq 1.6, the language that Kestra's filter speaks.
    writeFileSync(sources, `deb-src [signed-by=${keys}] http://deb.debian.org/debian bookworm main\n`);
    const settings = [
      `Dir::Etc::sourcelist=${sources}`,
      'Dir::Etc::sourceparts=/dev/null',
      `Dir::State::lists=${join(work, 'lists')}`,
      `Dir::Cache=${join(work, 'cache')}`,
      'APT::Sandbox::User=root',
    ].flatMap(setting => ['-o', setting]);
    const apt = (...args: string[]) =>
      execFileSync('apt-get', [...settings, '-q', ...args], { cwd: join(work, 'source'), stdio: 'pipe' });
    apt('update');
    apt('source', '--download-only', 'jq');
    const archive = readdirSync(join(work, 'source')).find(name => name.includes('.orig.tar'));
    if (archive === undefined) throw new Error('the source package of jq has no archive');
    const tests = files.map(file => `*/tests/${file}`);
    execFileSync(
      'tar',
      ['xf', join('source', archive), '-C', 'tests', '--strip-components=2', '--wildcards', ...tests],
      {
        cwd: work,
        stdio: 'pipe',
      },
    );
    renameSync(join(work, 'tests'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Groups of lines: program, input, outputs, up to an empty line; `%%FAIL` stands before a program that is wrong. */
function read(file: string, text: string): readonly PublishedTest[] {
  const lines = text.split('\n');
  const tests: PublishedTest[] = [];
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at] ?? '';
    if (first.trim() === '' || first.startsWith('#')) continue;
    const fails = first.startsWith('%%FAIL');
    const begin = fails ? at + 1 : at;
    let end = begin;
    while (end < lines.length && (lines[end] ?? '').trim() !== '') end += 1;
    const [program = '', input = 'null', ...outputs] = lines.slice(begin, end).filter(line => !/^\s*#/.test(line));
    tests.push({
      place: `${file}:${begin + 1}`,
      program,
      input: fails ? 'null' : input,
      outputs: fails ? [] : outputs,
      fails,
    });
    at = end;
  }
  return tests;
}
