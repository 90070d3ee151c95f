/** The licences of the libraries whose code is in the bundle: they ask to be passed on with it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Licence and notice files, as their authors spell them. */
const legal = /^(licen[cs]e|notice|copying)(\.\w+)?$/i;

/**
 * One text with a heading for each library.
 *
 * @param root the folder that the inputs are relative to
 * @param inputs the files that were bundled
 * @throws Error for a library that says nothing of its licence
 */
export async function thirdPartyLicenses(root: string, inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.map(path => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]));
  folders.delete(undefined);
  const sections = await Promise.all([...folders].toSorted().map(folder => section(join(root, folder as string))));
  return `Windlass contains these libraries, each under its own licence.\n\n${sections.join('\n')}`;
}

async function section(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter(file => legal.test(file)).toSorted();
  if (files.length === 0) throw new Error(`${name} ${version} has no licence file, and so cannot be passed on.`);
  const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')));
  const heading = `${name} ${version} (${license})`;
  return `${heading}\n${'='.repeat(heading.length)}\n\n${texts.map(text => text.trim()).join('\n\n')}\n`;
}
