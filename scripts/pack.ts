/**
 * `node scripts/pack.ts FOLDER` writes what is published: FOLDER/package, and FOLDER/windlass-VERSION.tgz of it for
 * `npm install --global`. All libraries are in the bundle, so the package depends on nothing but Node.
 */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from '../build.ts';
import { thirdPartyLicenses } from './third-party.ts';

const root = join(import.meta.dirname, '..');

/** @returns the path of the archive */
export async function pack(folder: string): Promise<string> {
  const target = join(resolve(folder), 'package');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const bundled = await build(root, join(target, 'dist'));
  await writeFile(join(target, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicenses(root, bundled));
  const { name, version, description, license, type, engines, bin, files } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  const manifest = { name, version, description, license, type, engines, bin, files };
  await writeFile(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) await cp(join(root, file), join(target, file));
  const made = execFileSync('npm', ['pack', '--json', '--pack-destination', resolve(folder)], {
    cwd: target,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [archive] = JSON.parse(made) as readonly { readonly filename: string }[];
  if (!archive) throw new Error(`npm pack made nothing of ${target}`);
  return join(resolve(folder), archive.filename);
}

if (import.meta.main) console.log(await pack(process.argv[2] ?? 'out'));
