/** `windlass completion SHELL`: a script that completes commands, options and their values, made from the commands. */
import type { Argument, Command, Option } from 'commander';
import { shellQuote } from '../files/shell-quote.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import { defaultStateFolder } from './state-folder.ts';

const shells: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

/** Prints the script for these commands. It throws a Refusal for a shell that is not known. */
export function completionOf(commands: readonly Command[]) {
  return async (shell: string, _options: object, { output }: Invocation): Promise<number> => {
    const write = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
    if (!write) throw new Refusal('bad-argument', `There is completion for ${Object.keys(shells).join(', ')}.`);
    output.stdout.write(write(commands));
    return exitCode.success;
  };
}

/** What may stand for a value: files, some of these words, the words that a command of the shell prints, or anything. */
type Values =
  | 'files'
  | 'folders'
  | 'anything'
  | { readonly words: readonly string[] }
  | { readonly printed: (state: string) => string };

/** By what the value is called in `--help`. */
const valuesOf: Readonly<Record<string, Values>> = {
  id: { printed: state => `windlass list --state ${state} 2>/dev/null | sed 1d | cut -d ' ' -f 1` },
  type: { printed: () => 'windlass docs 2>/dev/null' },
  runner: { words: ['process', 'docker', 'kubernetes'] },
  shell: { words: Object.keys(shells) },
  dir: 'folders',
  file: 'files',
  'file.json': 'files',
  'flow.yaml': 'files',
  'file|dir': 'files',
};

function argumentValues(command: Command): Values {
  const argument: Argument | undefined = command.registeredArguments[0];
  if (argument?.argChoices) return { words: argument.argChoices };
  return (argument && valuesOf[argument.name()]) ?? 'anything';
}

/** Undefined for an option that takes no value. */
function optionValues({ flags, argChoices: words }: Option): Values | undefined {
  const [, name] = /<(.*)>/.exec(flags) ?? [];
  if (name === undefined) return undefined;
  return words ? { words } : (valuesOf[name] ?? 'anything');
}

function flags({ short, long }: Option): string[] {
  return [short, long].filter(flag => flag !== undefined && flag !== null);
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map(command => {
    const values = command.options.flatMap(option => {
      const given = optionValues(option);
      return given === undefined ? [] : [`      ${flags(option).join('|')}) ${bashReply(given)}; return ;;\n`];
    });
    const all = [...command.options.flatMap(flags), '--help'].join(' ');
    return `    ${command.name()}) case $before in
${values.join('')}      esac
      case $word in
        -*) ${bashReply({ words: all.split(' ') })} ;;
        *) ${bashReply(argumentValues(command))} ;;
      esac ;;
`;
  });
  return `# Load it with: source <(windlass completion bash)
# One word a line: file names may hold spaces. No mapfile: the bash of macOS is 3.2.
_windlass_reply() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$@" -- "$word"))
}
_windlass() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} state=${defaultStateFolder} i
  for ((i = 2; i < COMP_CWORD - 1; i++)); do
    [ "\${COMP_WORDS[i]}" != --state ] || state=\${COMP_WORDS[i+1]}
  done
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    ${bashReply({ words: [...commands.map(command => command.name()), '--help', '--version'] })}
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('')}  esac
}
complete -o filenames -F _windlass windlass
`;
}

function bashReply(values: Values): string {
  if (values === 'anything') return ':';
  if (values === 'files') return '_windlass_reply -f';
  if (values === 'folders') return '_windlass_reply -d';
  return `_windlass_reply -W ${'words' in values ? `$'${values.words.join('\\n')}'` : `"$(${values.printed('"$state"')})"`}`;
}

function zsh(commands: readonly Command[]): string {
  const names = commands.map(command => `    ${shellQuote(`${command.name()}:${command.description()}`)}\n`).join('');
  const cases = commands.map(command => {
    const described = command.options.flatMap(option => {
      const about = `[${option.description.replaceAll(/[[\]:]/g, ' ')}]`;
      const values = optionValues(option);
      const many = option.parseArg && !option.argChoices ? '*' : '';
      if (values === undefined) return flags(option).map(flag => shellQuote(flag + about));
      return flags(option).map(flag =>
        shellQuote(`${many}${flag}${flag.startsWith('--') ? '=' : ''}${about}:value:${zshAction(values)}`),
      );
    });
    const argument = shellQuote(`*:argument:${zshAction(argumentValues(command))}`);
    return `    ${command.name()}) _arguments ${[...described, argument].join(' ')} ;;\n`;
  });
  return `#compdef windlass
# Load it with: source <(windlass completion zsh)
_windlass() {
  local -a commands
  commands=(
${names}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('')}  esac
}
compdef _windlass windlass
`;
}

function zshAction(values: Values): string {
  if (values === 'anything') return ' ';
  if (values === 'files') return '_files';
  if (values === 'folders') return '_files -/';
  return 'words' in values
    ? `(${values.words.join(' ')})`
    : `{compadd -- \${(f)"$(${values.printed(`"\${opt_args[--state]:-${defaultStateFolder}}"`)})"}}`;
}

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap(command => {
    const within = `complete -c windlass -n '__fish_seen_subcommand_from ${command.name()}'`;
    const values = argumentValues(command);
    return [
      `complete -c windlass -n __fish_use_subcommand -f -a ${command.name()} -d ${shellQuote(command.description())}`,
      ...(values === 'files' ? [] : [`${within}${fishValues(values)}`]),
      ...command.options.map(option => {
        const long = option.long ? ` -l ${option.long.slice(2)}` : '';
        const short = option.short ? ` -s ${option.short.slice(1)}` : '';
        const given = optionValues(option);
        const value = given === undefined ? '' : given === 'files' ? ' -r' : ` -r${fishValues(given)}`;
        return `${within}${long}${short}${value} -d ${shellQuote(option.description)}`;
      }),
    ];
  });
  return `# Load it with: windlass completion fish | source
function __windlass_state
  set -l words (commandline -opc)
  set -l at (contains -i -- --state $words)
  and echo $words[(math $at + 1)]
  or echo ${defaultStateFolder}
end
${lines.join('\n')}
`;
}

function fishValues(values: Exclude<Values, 'files'>): string {
  if (values === 'anything') return ' -f';
  if (values === 'folders') return " -f -a '(__fish_complete_directories)'";
  return ` -f -a ${'words' in values ? shellQuote(values.words.join(' ')) : shellQuote(`(${values.printed('(__windlass_state)')})`)}`;
}
