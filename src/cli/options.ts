/** The options that commands share, with how their values are read. */
import { InvalidArgumentError, Option } from 'commander';
import { logLevelOf, logLevels } from '../logs/levels.ts';
import type { LogLevel } from '../model/flow.ts';
import { defaultStateFolder } from './state-folder.ts';

const collect = (value: string, before: readonly string[] = []) => [...before, value];

/** Each a new object: commander keeps state in them. */
export const options = {
  input: () => new Option('-i, --input <key=value>', 'an input; key=@file for one of type FILE').argParser(collect),
  label: () => new Option('--label <key:value>', 'a label of the execution').argParser(collect),
  config: () => new Option('--config <file>', "configuration, in Kestra's own form"),
  secrets: () => new Option('--secrets <file>', 'secrets as NAME=value lines (dotenv)'),
  secret: () => new Option('--secret <name=value>', 'a secret').argParser(collect),
  namespaceFiles: () => new Option('--namespace-files <dir>', 'a folder with the files of the namespace of the flow'),
  json: () => new Option('--json', 'one JSON document on stdout'),
  logLevel: () =>
    new Option('--log-level <level>', 'the lowest level that is shown').choices(logLevels).argParser(level),
  quiet: () => new Option('-q, --quiet', 'show nothing but errors'),
  plain: () => new Option('--plain', 'lines only: no live view (so it is in CI as well)'),
  workerThread: () =>
    new Option('--worker-thread <n>', 'tasks that run at once (default: 8 for each core, 16 at least)').argParser(
      atLeastOne,
    ),
  state: () => new Option('--state <dir>', `the state folder (default: ${defaultStateFolder})`).argParser(folder),
};

/** A variable without value would name the working folder. */
function folder(text: string): string {
  if (text === '') throw new InvalidArgumentError('Give a folder.');
  return text;
}

function level(text: string): LogLevel {
  const known = logLevelOf(text.toUpperCase());
  if (known === undefined) throw new InvalidArgumentError(`Use one of ${logLevels.join(', ')}.`);
  return known;
}

/** @throws InvalidArgumentError */
export function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

function atLeastOne(text: string): number {
  const number = count(text);
  if (number === 0) throw new InvalidArgumentError('Give 1 or more.');
  return number;
}
