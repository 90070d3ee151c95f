/**
 * A start-up snapshot of the CLI (https://nodejs.org/docs/latest-v24.x/api/cli.html#--build-snapshot): Node starts with
 * the heap of a process that has loaded the program and has read a flow. Loading costs 45 ms of CPU time at each start,
 * taking up the snapshot 20 ms. It is good for the very Node that made it, so only the launcher makes and uses it.
 */
import { type ExecFileException, execFile } from 'node:child_process';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build as bundle, type Plugin } from 'esbuild';
import { zodInEnglish } from '../build.ts';

/** Making one takes 1.5 s; one that is never ready must not hold up the first start, and all who wait for it. */
const limitMs = 60_000;

/**
 * Makes the snapshot of `<folder>/src`, `start.blob` in `dist`. A start that takes up the one before is not disturbed.
 * @returns why there is none, in a line; undefined when there is. A start without it is only slower
 */
export async function makeSnapshot(folder: string, dist: string): Promise<string | undefined> {
  const [program, made, snapshot] = [join(dist, 'start.cjs'), join(dist, 'start.blob.new'), join(dist, 'start.blob')];
  try {
    await writeFile(program, await bundleWhole(folder));
    // As it will be started: what Node keeps compiled is good for the very same flags.
    const flags = ['--no-rehash-snapshot', '--snapshot-blob', made, '--build-snapshot'];
    const limit = { timeout: limitMs, killSignal: 'SIGKILL' } as const;
    await promisify(execFile)(process.execPath, [...flags, program], { cwd: folder, ...limit });
    await rename(made, snapshot);
    return undefined;
  } catch (error) {
    for (const path of [made, snapshot]) await rm(path, { force: true });
    return reasonOf(error as ExecFileException);
  }
}

/** What the process said of its error, where it did. */
function reasonOf({ killed, stderr = '', message }: ExecFileException): string {
  if (killed) return `it was not ready in ${limitMs / 1000} s`;
  return /^\w*Error\b.*$/m.exec(stderr)?.[0] ?? message.split('\n')[0] ?? '';
}

/** Everything in one CommonJS file: while a snapshot is taken a program can load nothing but Node's own modules. */
async function bundleWhole(folder: string): Promise<string> {
  const { outputFiles } = await bundle({
    absWorkingDir: folder,
    entryPoints: ['scripts/snapshot-entry.ts'],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    conditions: [],
    define: { 'import.meta.main': 'false' },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    banner: { js: requireWhenUsed },
    // From a snapshot nothing can be imported, only required.
    supported: { 'dynamic-import': false },
    plugins: [largeLibrariesWhenUsed(folder), zodInEnglish],
    write: false,
    logLevel: 'silent',
  });
  // One character beyond Latin-1, such as one of the two in our expressions, would make the snapshot's copy of the
  // source twice as long: 4 ms more at each start.
  return (outputFiles[0]?.text ?? '').replace(/[\u0100-\uffff]/g, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * The `require` of the bundle, whose imports of Node's modules esbuild leaves alone. They are loaded when something of
 * them is first used: a snapshot cannot hold some of them (node:sqlite), and what a run does not use would make it
 * larger. Only what classes are derived from has to be there at once. Objects of getters in place of the proxies, one
 * for each import, were 1.4 MB of the heap. What esbuild makes of one for `await import()` inherits from it.
 */
const requireWhenUsed = `require = name => {
  if (/^(node:)?(events|stream)$/.test(name)) return process.getBuiltinModule(name);
  const shown = new Proxy({}, { get: (_, key) => process.getBuiltinModule(name)[key], getPrototypeOf: () => shown });
  return shown;
};
`;

/** What few runs use is not carried along by all, but loaded from where npm installed it: 1.1 MB, 2 ms at each start. */
function largeLibrariesWhenUsed(folder: string): Plugin {
  return {
    name: 'large-libraries-when-used',
    setup(builder) {
      builder.onResolve({ filter: /^(@js-joda\/core|ion-js|node-forge|socks|tar-stream|ws)$/ }, ({ path }) => ({
        path,
        namespace: 'installed',
      }));
      builder.onLoad({ filter: /./, namespace: 'installed' }, ({ path }) => ({
        contents: `const { createRequire } = process.getBuiltinModule('node:module');
          module.exports = createRequire(${JSON.stringify(join(folder, 'package.json'))})('${path}');`,
      }));
    },
  };
}
