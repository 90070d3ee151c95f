/** The properties of script tasks. */
import { z } from 'zod';
import { inputFiles, outputFiles, textList, textMap } from '../property-schemas.ts';
import type { Language } from './languages.ts';
import { existing } from './namespace-files.ts';

export type ScriptKind = 'Commands' | 'Script';

/** Kept, as the task types are made for each catalog anew: 3 ms of each start where the snapshot has it. */
const schemas = new Map<string, z.ZodObject>();

/** What a script task of that language and kind takes, without what every task takes. */
export function scriptSchema(language: Language, kind: ScriptKind): z.ZodObject {
  const key = `${language.name}.${kind}`;
  const schema = schemas.get(key) ?? buildSchema(language, kind);
  schemas.set(key, schema);
  return schema;
}

function buildSchema(language: Language, kind: ScriptKind): z.ZodObject {
  const commands = textList().meta({
    title: 'The commands',
    description: 'Run one after the other by one interpreter, so that what one sets the next one sees.',
    examples: [['make', 'make test']],
  });
  const script = z
    .string()
    .meta({ title: 'The script', description: `${language.title} code; expressions are rendered.` });
  const main =
    kind === 'Script' ? { script } : { commands: language.commandsOptional ? commands.optional() : commands };
  return z.strictObject({ ...main, ...commonProperties(language), ...ownProperties(language, kind) });
}

function commonProperties(language: Language): Record<string, z.ZodType> {
  return {
    taskRunner: z.looseObject({ type: z.string() }).optional().meta({
      title: 'Where it runs',
      description: 'A task runner with its properties; a container of the Docker engine when absent.',
    }),
    containerImage: z
      .string()
      .optional()
      .meta({
        title: 'The container image',
        description: `For runners that start containers; ${language.image} when absent.`,
      }),
    runner: z.enum(['PROCESS', 'DOCKER']).optional().meta({ title: 'Where it runs', deprecated: true }),
    docker: z.looseObject({}).optional().meta({ title: 'Options of the Docker runner', deprecated: true }),
    beforeCommands: textList().optional().meta({
      title: 'Commands that come first',
      description: 'In the same shell as the main ones: what they set is seen there.',
    }),
    interpreter: textList().optional().meta({
      title: 'What the commands are given to',
      description: 'A program with its arguments; the commands follow as one argument.',
    }),
    failFast: z.boolean().optional().meta({ title: 'Whether the first failing command ends the task', default: true }),
    env: textMap()
      .optional()
      .meta({ title: 'Environment variables', examples: [{ TOKEN: "{{ secret('TOKEN') }}" }] }),
    inputFiles: inputFiles().optional(),
    outputFiles: outputFiles().optional(),
    outputDirectory: z.boolean().optional().meta({
      title: 'Whether the output directory is asked for',
      description: 'There always is one here: {{ outputDir }} and OUTPUT_DIR; all files in it are outputs.',
      deprecated: true,
    }),
    namespaceFiles: z.union([z.boolean(), namespaceFiles()]).optional().meta({
      title: 'Namespace files to put into the working directory',
    }),
    targetOS: z.enum(['LINUX', 'WINDOWS', 'AUTO']).optional().meta({ title: 'The system on which the commands run' }),
    warningOnStdErr: z.boolean().optional().meta({ title: 'Has no effect, as in Kestra since 1.0', deprecated: true }),
  };
}

function namespaceFiles(): z.ZodObject {
  return z.strictObject({
    enabled: z.boolean().optional(),
    include: z.union([z.string(), z.array(z.string())]).optional(),
    exclude: z.union([z.string(), z.array(z.string())]).optional(),
    namespaces: textList().optional(),
    ifExists: z.enum(existing).optional(),
    folderPerNamespace: z.boolean().optional(),
  });
}

const noDownload = 'Without effect: uv is never downloaded.';

function ownProperties(language: Language, kind: ScriptKind): Record<string, z.ZodType> {
  if (language.name === 'python') {
    return {
      dependencies: textList().optional().meta({ title: 'Python packages to install first' }),
      pythonVersion: z.string().optional().meta({ title: 'The version of Python' }),
      dependencyCacheEnabled: z
        .boolean()
        .optional()
        .meta({ title: 'Whether installed dependencies are kept for later runs' }),
      packageManager: z.enum(['PIP', 'UV']).optional().meta({ title: 'What installs the dependencies' }),
      uvAutoInstallEnabled: z
        .boolean()
        .optional()
        .meta({ title: 'Whether uv is installed where it is missing', description: noDownload }),
      uvInstallerVersion: z
        .string()
        .optional()
        .meta({ title: 'The version of uv to install', description: noDownload }),
      uvInstallerSha256: z
        .string()
        .optional()
        .meta({ title: 'The SHA-256 that the installer of uv must have', description: noDownload }),
    };
  }
  if (language.name === 'jbang' && kind === 'Script') {
    return {
      quiet: z.boolean().optional().meta({ title: 'Whether JBang itself says nothing', default: true }),
      extension: z.string().optional().meta({ title: 'How the file name of the script ends', default: '.java' }),
    };
  }
  return {};
}
