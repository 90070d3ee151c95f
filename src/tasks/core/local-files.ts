import { z } from 'zod';
import { renderDeep } from '../../expression/index.ts';
import { writeInputFiles } from '../../files/input-files.ts';
import { fileSources } from '../file-sources.ts';
import { textListProperty } from '../properties.ts';
import { inputFiles, outputFiles } from '../property-schemas.ts';
import type { RunnableTaskType } from '../task-type.ts';

/** Puts files into the working directory that it shares with its neighbours, and takes files out of it. */
export const localFiles: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.LocalFiles',
  aliases: ['io.kestra.core.tasks.storages.LocalFiles'],
  title: 'Put files into a WorkingDirectory, or keep files from it',
  kind: 'runnable',
  schema: () => z.strictObject({ inputs: inputFiles().optional(), outputs: outputFiles().optional() }),
  async run(context) {
    const { task, expressions, workDir, keepFiles } = context;
    const { properties } = task;
    const inputs = properties.inputs === undefined ? {} : await renderDeep(properties.inputs, expressions);
    const globs = await textListProperty('outputs', properties.outputs, expressions);
    await writeInputFiles(workDir, inputs, fileSources(context));
    // Kestra's documentation says `outputFiles`, but its tasks give `uris` alone.
    return { state: 'SUCCESS', outputs: { uris: await keepFiles(globs) } };
  },
};
