/** Output files and folders that are declared by a name and written to a path that an expression gives. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderContext } from '../../../expression/render-context.ts';
import type { ValueMap } from '../../../model/value.ts';
import { textListProperty } from '../../properties.ts';
import { TaskError } from '../../task-type.ts';

export interface DeclaredOutputs {
  readonly names: readonly string[];
  /** `outputFiles.<name>`, `temp.<name>` and `outputDirs.<name>`, by the output directory that the program sees. */
  variables(outputDir: string): ValueMap;
  /** Makes the files, empty, and the folders: they are there from the beginning, as in Kestra. */
  prepare(outputDir: string): Promise<void>;
}

/**
 * They lie in the output directory, all of which is kept under its path there: just the names that Kestra gives them.
 *
 * @throws TaskError for a name that leads out of it
 */
export async function readDeclaredOutputs(properties: ValueMap, expressions: RenderContext): Promise<DeclaredOutputs> {
  const list = async (property: string) => {
    const names = await textListProperty(property, properties[property], expressions);
    for (const name of names) checkName(property, name);
    return names;
  };
  const names = [...(await list('outputFiles')), ...(await list('outputsFiles')), ...(await list('files'))];
  const folders = await list('outputDirs');
  return {
    names,
    variables(outputDir) {
      const paths = (of: readonly string[]) => Object.fromEntries(of.map(name => [name, `${outputDir}/${name}`]));
      return { outputFiles: paths(names), temp: paths(names), outputDirs: paths(folders) };
    },
    async prepare(outputDir) {
      for (const name of folders) await mkdir(join(outputDir, name), { recursive: true });
      for (const name of names) {
        await mkdir(join(outputDir, name, '..'), { recursive: true });
        await writeFile(join(outputDir, name), '');
      }
    },
  };
}

function checkName(property: string, name: string): void {
  if (name !== '' && !name.startsWith('/') && !name.split('/').some(part => part === '..' || part === '.')) return;
  throw new TaskError(`${property}: "${name}" cannot be the name of a file; use a relative name without "." and "..".`);
}
