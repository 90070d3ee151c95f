/** The languages of script tasks: what differs between them, in one table (spec: Kestra's plugin-scripts). */
import type { Value } from '../../model/value.ts';
import { withJsonNames } from './python-names.ts';
import { pythonPrograms } from './python-version.ts';

/** How a script file is run. Paths are as the program sees them. */
export interface ScriptFile {
  /** Absolute path, quoted for the interpreter. */
  readonly path: string;
  readonly properties: Readonly<Record<string, Value>>;
  /** Programs are those of this machine, not of an image made for the language. */
  readonly local: boolean;
}

export interface Language {
  /** The part of the type's name: `io.kestra.plugin.scripts.<name>.Script`. */
  readonly name: string;
  readonly title: string;
  readonly image: string;
  /** A script's file name ends so. Without it, the text of the script is itself the command. */
  readonly suffix?: string;
  readonly runLine?: (file: ScriptFile) => string;
  /** Run before a script of this language and before the user's own `beforeCommands`, which may need it. */
  readonly prepare?: readonly string[];
  /** The text of a script as the language takes it, with what expressions wrote into it. */
  readonly adapt?: (script: string) => string;
  /** The user in a container of the Docker engine where the task names none, as in Kestra: scripts count on it. */
  readonly scriptUser?: string;
  readonly interpreter?: readonly string[];
  /** The line that makes the first failing command end the task. */
  readonly failFastLine?: string;
  /** Commands never end at the first failure (perl, as in Kestra). */
  readonly commandsGoOn?: boolean;
  /** Kestra does not insist on `commands` here. */
  readonly commandsOptional?: boolean;
  /** Set over the user's own. */
  readonly env?: Readonly<Record<string, string>>;
}

export const languages: readonly Language[] = [
  { name: 'shell', title: 'shell', image: 'ubuntu' },
  {
    name: 'python',
    title: 'Python',
    image: 'python:3.13-slim',
    suffix: '.py',
    runLine: pythonLine,
    adapt: withJsonNames,
    env: { PYTHONUNBUFFERED: 'true', PIP_ROOT_USER_ACTION: 'ignore', PIP_DISABLE_PIP_VERSION_CHECK: '1' },
  },
  { name: 'node', title: 'Node.js', image: 'node', suffix: '.js', runLine: file => `node ${file.path}` },
  { name: 'bun', title: 'Bun', image: 'oven/bun', suffix: '.ts', runLine: file => `bun run ${file.path}` },
  {
    name: 'deno',
    title: 'Deno',
    image: 'denoland/deno',
    suffix: '.ts',
    runLine: file => `deno run ${file.path}`,
    commandsOptional: true,
  },
  { name: 'r', title: 'R', image: 'r-base', suffix: '.R', runLine: file => `Rscript ${file.path}` },
  { name: 'julia', title: 'Julia', image: 'julia', suffix: '.jl', runLine: file => `julia ${file.path}` },
  { name: 'ruby', title: 'Ruby', image: 'ruby', suffix: '.rb', runLine: file => `ruby ${file.path}` },
  {
    name: 'perl',
    title: 'Perl',
    image: 'perl',
    suffix: '.pl',
    runLine: file => `perl ${file.path}`,
    commandsGoOn: true,
    commandsOptional: true,
  },
  { name: 'php', title: 'PHP', image: 'php', suffix: '.php', runLine: file => `php ${file.path}` },
  {
    name: 'lua',
    title: 'Lua',
    image: 'nickblah/lua',
    suffix: '.lua',
    runLine: file => `lua ${file.path}`,
    commandsOptional: true,
  },
  { name: 'go', title: 'Go', image: 'golang', suffix: '.go', runLine: file => `go run ${file.path}` },
  {
    name: 'groovy',
    title: 'Groovy',
    image: 'groovy',
    suffix: '.groovy',
    runLine: file => `groovy ${file.path}`,
    scriptUser: 'root',
  },
  {
    name: 'jbang',
    title: 'JBang',
    image: 'jbangdev/jbang-action',
    suffix: '.java',
    runLine: ({ path, properties }) => `jbang ${properties.quiet === false ? '' : '--quiet '}${path}`,
  },
  {
    name: 'dotnet',
    title: 'C# (.NET)',
    image: 'mcr.microsoft.com/dotnet/sdk:10.0',
    suffix: '.csx',
    runLine: file => `dotnet-script ${file.path}`,
    prepare: [
      'dotnet tool install -g dotnet-script --ignore-failed-sources || true',
      'export PATH="$PATH:$HOME/.dotnet/tools"',
    ],
  },
  // Not a type of Kestra, where F# is run by dotnet.Commands.
  {
    name: 'fsharp',
    title: 'F#',
    image: 'mcr.microsoft.com/dotnet/sdk:10.0',
    suffix: '.fsx',
    runLine: file => `dotnet fsi ${file.path}`,
  },
  {
    name: 'powershell',
    title: 'PowerShell',
    image: 'ghcr.io/kestra-io/powershell:latest',
    suffix: '.ps1',
    runLine: file => `& ${file.path}`,
    interpreter: ['pwsh', '-NoProfile', '-NonInteractive', '-Command'],
    failFastLine: "$ErrorActionPreference = 'Stop'",
  },
];

/** The program that a script of the language is run by. */
export function programOf(language: Language): string {
  const [first = ''] = (language.runLine?.({ path: '', properties: {}, local: false }) ?? '').split(' ');
  // Those lines do not begin with it.
  return { if: 'python', '&': 'pwsh' }[first] ?? first;
}

/**
 * A virtual environment that `beforeCommands` activated comes first, as in Kestra. Many machines and images have no
 * `python`, only a `python3`; a local task may ask for a version by name.
 */
function pythonLine({ path, properties, local }: ScriptFile): string {
  const names = pythonPrograms(local ? properties.pythonVersion : undefined);
  const tries = names.slice(0, -1).map(name => `elif command -v ${name} >/dev/null 2>&1; then ${name} ${path}`);
  return `if [ -n "\${VIRTUAL_ENV:-}" ]; then "$VIRTUAL_ENV/bin/python" ${path}; ${tries.join('; ')}; else ${names.at(-1)} ${path}; fi`;
}
