/** Bundles the CLI: `node build.ts [FOLDER]` writes FOLDER/dist (default: beside this file). */
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * The head of main.js: a shell starts Node with main.js and a flag, as `env` cannot everywhere; for JavaScript the line
 * is a text and a comment. The flag collects early what a run throws away: 1,000 Log tasks take 100 MiB instead of 125,
 * for 2 ms at each start. Set while Node runs it would have no effect, and its like voids Node's own code cache (13 ms).
 */
const startedByShell = `#!/bin/sh
':' //; exec node --max-semi-space-size=4 "$0" "$@"
`;

/**
 * Writes the bundle of `<folder>/src` to `dist`: main.js, and a chunk for each part that is loaded when used.
 * A running Windlass may still load chunks of the build before: names carry a hash of the content, files are renamed
 * into place, and what is no longer part of the bundle is removed a day later.
 *
 * @returns the files that were bundled, relative to the folder
 */
export async function build(folder: string, dist = join(folder, 'dist')): Promise<readonly string[]> {
  await mkdir(dist, { recursive: true });
  const result = await bundle({
    absWorkingDir: folder,
    entryPoints: { main: 'scripts/entry.ts' },
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // None but Node's own, not the "module" of bundlers: what is bundled is what runs from source.
    conditions: [],
    chunkNames: '[name]-[hash]',
    // What is read and decoded at each start is half as long. Names stay: stack traces must tell where.
    minifyWhitespace: true,
    minifySyntax: true,
    // CommonJS libraries call require('events') and the like, which an ESM bundle does not have.
    banner: {
      js: "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);",
    },
    plugins: [namedExportsOfLazyLibraries, builtinsWithoutTheirGetters, zodInEnglish],
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  // main.js last: it must never name a chunk that is not there yet.
  const files = result.outputFiles.toSorted((a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path)));
  for (const { path, contents } of files) {
    const file = isEntry(path) ? Buffer.concat([Buffer.from(startedByShell), contents]) : contents;
    await writeFile(`${path}.new`, file);
    await rename(`${path}.new`, path);
  }
  // Code compiled from the build before; the next start fills it anew.
  await rm(join(dist, '.cache'), { recursive: true, force: true });
  await removeOld(dist, new Set(files.map(file => basename(file.path))));
  return Object.keys(result.metafile.inputs);
}

/**
 * `await import('a-commonjs-library')` gives its named exports in Node, but only `default` in a bundle of esbuild's
 * (https://github.com/evanw/esbuild/issues/3245): such an import gets a module that names what Node finds.
 */
const namedExportsOfLazyLibraries: Plugin = {
  name: 'named-exports-of-lazy-libraries',
  setup(builder) {
    builder.onResolve({ filter: /^[^./]/ }, request => {
      if (request.kind !== 'dynamic-import' || isBuiltin(request.path)) return undefined;
      return { path: request.path, namespace: 'lazy', pluginData: request.resolveDir };
    });
    builder.onLoad({ filter: /./, namespace: 'lazy' }, async library => {
      const names = Object.keys(await import(library.path)).filter(name => /^[A-Za-z$][\w$]*$/.test(name));
      return { contents: `export { ${names.join(', ')} } from '${library.path}';`, resolveDir: library.pluginData };
    });
  },
};

/**
 * `import { request } from 'node:http'` makes Node read every export of that module, getters too, and so loads what
 * they need: 35 ms of CPU time for node:http in Node 24.21, against 4 ms for the module itself. Here only what is used
 * is read. Commander's child_process, for commands that are programs of their own, is loaded if it is ever used.
 */
const builtinsWithoutTheirGetters: Plugin = {
  name: 'builtins-without-their-getters',
  setup(builder) {
    builder.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z]+)?$/ }, ({ path, kind, importer }) => {
      if (!isBuiltin(path) || kind === 'require-call') return undefined;
      const unused = path === 'node:child_process' && importer.includes('commander');
      // All of a module that is imported when used is read then: its getters are left out.
      return { path, namespace: unused ? 'unused-builtin' : kind === 'dynamic-import' ? 'lazy-builtin' : 'builtin' };
    });
    builder.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => exportsOf(path, () => true));
    builder.onLoad({ filter: /./, namespace: 'lazy-builtin' }, ({ path }) => exportsOf(path, ({ get }) => !get));
    builder.onLoad({ filter: /./, namespace: 'unused-builtin' }, ({ path }) => ({
      contents: `export default { spawn: (...args) => process.getBuiltinModule('${path}').spawn(...args) };`,
    }));
  },
};

function exportsOf(path: string, isWanted: (property: PropertyDescriptor) => boolean): { contents: string } {
  const names = Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(path)))
    .filter(([name, property]) => /^(?!default$)[a-z_$][\w$]*$/i.test(name) && isWanted(property))
    .map(([name]) => name);
  return {
    contents: `const builtin = process.getBuiltinModule('${path}');
      const exported = name => builtin[name];
      export default builtin;
      ${names.map(name => `export const ${name} = /* @__PURE__ */ exported('${name}');`).join('\n')}`,
  };
}

/** Zod brings its messages in 50 languages, half of its size; ours are our own, made from its issues. */
export const zodInEnglish: Plugin = {
  name: 'zod-in-english',
  setup(builder) {
    builder.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js';`,
    }));
  },
};

function isEntry(path: string): boolean {
  return basename(path) === 'main.js';
}

async function removeOld(dist: string, current: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(dist)) {
    if (current.has(name) || !name.endsWith('.js')) continue;
    const { mtimeMs } = await stat(join(dist, name));
    if (Date.now() - mtimeMs > dayMs) await rm(join(dist, name));
  }
}

if (import.meta.main) await build(process.argv[2] ?? import.meta.dirname);
