/** `windlass completion SHELL`: a script that completes commands and options, made from the commands themselves. */
import type { Command } from 'commander';
import { Refusal } from './refusal.ts';

const shells: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

/** @throws Refusal for a shell that is not known */
export function completionScript(shell: string, commands: readonly Command[]): string {
  const write = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  if (!write) throw new Refusal('bad-argument', `There is completion for ${Object.keys(shells).join(', ')}.`);
  return write(commands);
}

function flags(command: Command): string[] {
  return [...command.options.flatMap(({ short, long }) => [short, long]), '--help'].filter(
    (flag): flag is string => flag !== undefined && flag !== null,
  );
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map(command => `    ${command.name()}) options='${flags(command).join(' ')}' ;;\n`).join('');
  return `# Load it with: source <(windlass completion bash)
_windlass() {
  local word=\${COMP_WORDS[COMP_CWORD]} options=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(command => command.name()).join(' ')} --help --version' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases}  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _windlass windlass
`;
}

function zsh(commands: readonly Command[]): string {
  const names = commands.map(command => `    ${single(`${command.name()}:${command.description()}`)}\n`).join('');
  const cases = commands
    .map(command => {
      const described = command.options.map(option => {
        const value = option.required || option.optional ? ':value:_files' : '';
        return single(`${option.long}[${option.description.replaceAll(/[[\]:]/g, ' ')}]${value}`);
      });
      return `    ${command.name()}) _arguments ${described.join(' ')} '*:file:_files' ;;\n`;
    })
    .join('');
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
${cases}  esac
}
compdef _windlass windlass
`;
}

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap(command => [
    `complete -c windlass -n __fish_use_subcommand -f -a ${command.name()} -d ${single(command.description())}`,
    ...command.options.map(option => {
      const long = option.long ? ` -l ${option.long.slice(2)}` : '';
      const short = option.short ? ` -s ${option.short.slice(1)}` : '';
      const value = option.required || option.optional ? ' -r' : '';
      return `complete -c windlass -n '__fish_seen_subcommand_from ${command.name()}'${long}${short}${value} -d ${single(option.description)}`;
    }),
  ]);
  return `# Load it with: windlass completion fish | source\n${lines.join('\n')}\n`;
}

function single(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
