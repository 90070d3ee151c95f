/** The properties of the older script tasks. */
import { z } from 'zod';
import { inputFiles, textList, textMap } from '../../property-schemas.ts';
import type { OlderTask } from './older-task.ts';

export function olderSchema(task: OlderTask): z.ZodObject {
  return z.strictObject({
    ...task.properties(),
    // `runner: DOCKER` with `dockerOptions` is read as these two (flow/legacy-runner.ts).
    taskRunner: z.looseObject({ type: z.string() }).optional().meta({
      title: 'Where it runs',
      description: 'A local process when absent. Of Windlass; in Kestra the task has only `runner`.',
    }),
    containerImage: z
      .string()
      .optional()
      .meta({ title: 'The container image', description: `${task.language.image} when absent.` }),
    runner: z.enum(['PROCESS', 'DOCKER']).optional().meta({ title: 'Where it runs', default: 'PROCESS' }),
    dockerOptions: z.looseObject({}).optional().meta({ title: 'Options of the container for `runner: DOCKER`' }),
    interpreter: z.string().optional().meta({ title: 'The program that is given the commands', default: '/bin/sh' }),
    interpreterArgs: textList()
      .optional()
      .meta({ title: 'Its arguments before the commands', default: ['-c'] }),
    exitOnFailed: z
      .boolean()
      .optional()
      .meta({ title: 'Whether the first failing command ends the task', default: true }),
    env: textMap().optional().meta({ title: 'Environment variables' }),
    inputFiles: inputFiles().optional(),
    outputFiles: textList().optional().meta({
      title: 'Names of output files',
      description: 'Each stands for an empty file whose path is {{ outputFiles.NAME }}.',
    }),
    outputDirs: textList().optional().meta({
      title: 'Names of output folders',
      description: 'Each stands for an empty folder whose path is {{ outputDirs.NAME }}; all files in it are kept.',
      deprecated: true,
    }),
    outputsFiles: textList().optional().meta({ title: 'As outputFiles', deprecated: true }),
    files: textList().optional().meta({ title: 'As outputFiles', deprecated: true }),
    warningOnStdErr: z.boolean().optional().meta({ title: 'Has no effect', deprecated: true }),
  });
}
