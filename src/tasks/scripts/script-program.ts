/** What a script task runs: a command line, and the file that a script is written into. */
import type { RenderContext } from '../../expression/render-context.ts';
import { newId } from '../../model/ids.ts';
import { choiceProperty, extensionProperty, flagProperty, requiredText, textListProperty } from '../properties.ts';
import { type TaskContext, TaskError } from '../task-type.ts';
import { commandLine, quotedPath } from './command-line.ts';
import type { Language } from './languages.ts';
import type { ScriptKind } from './script-schema.ts';
import type { StorageReferences } from './storage-references.ts';

const shell = ['/bin/sh', '-c'];

/** A language, and which of its two task types. */
export interface ScriptForm {
  readonly language: Language;
  readonly kind: ScriptKind;
  /** The commands, where they are not the property of that name. */
  readonly commands?: (expressions: RenderContext) => Promise<readonly string[]>;
}

/** Where the program runs. */
export interface ProgramPlace {
  /** The working directory as the program sees it. */
  readonly workingDir: string;
  /** On this machine. */
  readonly local: boolean;
  /** With the names that commands may use. */
  readonly expressions: RenderContext;
  /** Gathers the stored files that commands and scripts name. */
  readonly references: StorageReferences;
}

export interface ScriptProgram {
  readonly argv: readonly string[];
  /** To be written into the working directory. */
  readonly file?: { readonly name: string; readonly text: string } | undefined;
  /** Some of its lines end as on Windows, and it is not to run there. */
  readonly windowsLineEnds: boolean;
}

/** @throws TaskError for properties that say nothing to run, or something that cannot be */
export async function readProgram(form: ScriptForm, place: ProgramPlace, context: TaskContext): Promise<ScriptProgram> {
  const { language, kind } = form;
  const { expressions, references } = place;
  const { properties } = context.task;
  const script = kind === 'Script' ? await scriptText(place, context) : undefined;
  const file = script === undefined ? undefined : await scriptFile(language, script, context);
  const listed = (name: string) => textListProperty(name, properties[name], expressions);
  const bringing = (commands: readonly string[]) => commands.map(command => references.replaceIn(command));
  const beforeCommands = bringing(await listed('beforeCommands'));
  const commands =
    script === undefined
      ? bringing(await (form.commands?.(expressions) ?? listed('commands')))
      : [runLine(language, file, place, context) ?? script];
  const targets = ['AUTO', 'LINUX', 'WINDOWS'] as const;
  const windows = (await choiceProperty('targetOS', properties.targetOS, targets, 'AUTO', expressions)) === 'WINDOWS';
  const goesOn = language.commandsGoOn && kind === 'Commands';
  const failFast = await flagProperty('failFast', properties.failFast, true, expressions);
  const argv = commandLine({
    interpreter: properties.interpreter === undefined ? (language.interpreter ?? shell) : await listed('interpreter'),
    ...(failFast && !goesOn && { failFastLine: language.failFastLine ?? (windows ? '' : 'set -e') }),
    beforeCommands: [...(file ? (language.prepare ?? []) : []), ...beforeCommands],
    commands,
    windows,
  });
  if (argv.length === 0) throw new TaskError('There is nothing to run: the task has no commands and no interpreter.');
  return { argv, file, windowsLineEnds: !windows && !file && argv.some(argument => argument.includes('\r\n')) };
}

async function scriptText({ expressions, references }: ProgramPlace, { task }: TaskContext): Promise<string> {
  const text = references.replaceIn(await requiredText('script', task.properties.script, expressions));
  // The byte order mark of a file that it was read from: a shell takes it for a part of the first word.
  return text.replace(/^\uFEFF/, '');
}

/** The file of a script, unless its text is itself the command. */
async function scriptFile(language: Language, text: string, { task, expressions }: TaskContext) {
  if (language.suffix === undefined) return undefined;
  const extension = await extensionProperty(task.properties.extension, language.suffix, expressions);
  return { name: `${newId()}${extension}`, text: language.adapt?.(text) ?? text };
}

function runLine(
  language: Language,
  file: ScriptProgram['file'],
  { workingDir, local }: ProgramPlace,
  { task: { properties } }: TaskContext,
): string | undefined {
  const path = file && quotedPath(`${workingDir}/${file.name}`, language.name === 'powershell');
  return path === undefined ? undefined : language.runLine?.({ path, properties, local });
}
