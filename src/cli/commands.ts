/** The commands with their options and help. What a command does is loaded when it is called. */
import { Argument, Command, Option } from 'commander';
import { version } from '../version.ts';
import type { Invocation } from './invocation.ts';
import { count, options } from './options.ts';

/** The command line that is carried out: known only when the program starts, which may be declared before. */
export interface Running {
  invocation: Invocation;
  exitCode: number;
}

/**
 * The action of a command: loads what carries it out, which takes the arguments, the options and the invocation, and
 * gives the exit code.
 */
type Act = <Given extends unknown[]>(
  load: () => Promise<(...given: [...Given, Invocation]) => Promise<number>>,
) => (...given: Given) => Promise<void>;

/** All commands. What is to be known of the command line is read from `running` when a command is carried out. */
export function declareCommands(running: Running): Command {
  const program = new Command('windlass')
    .description('Runs workflow YAML written for Kestra: every script task in a container or a local process.')
    .version(version, '--version')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: text => running.invocation.output.stdout.write(text),
      writeErr: text => running.invocation.output.stderr.write(text),
    })
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText(
      'after',
      `
Examples:
  windlass run flow.yaml                        run a flow and wait for its end
  windlass run flow.yaml -i name=world -i data=@in.csv
  windlass run flow.yaml --json | jq .outputs   the execution as JSON
  windlass validate flows/                      all problems of all flows
  windlass resume                               go on with what was interrupted
  windlass eval '{{ 1 + 1 }}'

Exit codes: 0 SUCCESS or WARNING, 1 FAILED or CANCELLED, 2 refused or a wrong
command line, 130 KILLED.`,
    );

  const act: Act =
    load =>
    async (...given) => {
      const carryOut = await load();
      // The last that commander gives is the command itself.
      const own = given.slice(0, -1) as typeof given;
      running.exitCode = await carryOut(...own, running.invocation);
    };
  declareRunning(program, act);
  declareKept(program, act);
  declareLooking(program, act);
  // Made now, so that a snapshot holds it, rather than when the command line is read (1 ms).
  for (const command of program.commands) command.helpOption('-h, --help', 'show the help of the command');
  return program;
}

/** Commands that read flows and expressions, and carry them out. */
function declareRunning(program: Command, act: Act): void {
  program
    .command('run')
    .description('run a flow and wait for its end')
    .argument('[flow.yaml]', 'the file; of several documents the first is run, the others are there as subflows')
    .addOption(options.input())
    .addOption(options.label())
    .option('--runner <runner>', 'run every script task with this task runner: process, docker, kubernetes')
    .addOption(
      new Option(
        '--once',
        'go on with what the state folder has, if it has any: for containers that are restarted',
      ).conflicts(['ephemeral', 'watch', 'rerunFailed']),
    )
    .option('--watch', 'run again when the flow, the configuration or the secrets change')
    .addOption(
      new Option('--rerun-failed <id>', 'instead of a file: go on with an ended execution where it failed').conflicts([
        'ephemeral',
        'watch',
        'runner',
        'input',
        'label',
        'namespaceFiles',
      ]),
    )
    .addOption(options.config())
    .addOption(options.secrets())
    .addOption(options.secret())
    .addOption(options.namespaceFiles())
    .addOption(options.json())
    .addOption(options.logLevel())
    .addOption(options.quiet())
    .addOption(options.plain())
    .addOption(options.workerThread())
    .addOption(options.state())
    .addOption(new Option('--ephemeral', 'keep nothing: no state, no files').conflicts('state'))
    .addHelpText(
      'after',
      '\nExamples:\n  windlass run flow.yaml -i name=world\n  windlass run flow.yaml -i data=@in.csv --label team:data --ephemeral\n  windlass run flow.yaml --runner process\n  windlass run --rerun-failed 5GUSpQjiaYkt7Z8iTEO6nW',
    )
    .action(act(async () => (await import('./run-command.ts')).runCommand));

  program
    .command('resume')
    .description('go on with an interrupted or paused execution; without an id with all interrupted ones')
    .argument('[id]', 'the execution')
    .addOption(options.input())
    .addOption(options.config())
    .addOption(options.secrets())
    .addOption(options.secret())
    .addOption(options.json())
    .addOption(options.logLevel())
    .addOption(options.quiet())
    .addOption(options.plain())
    .addOption(options.workerThread())
    .addOption(options.state())
    .addHelpText('after', '\nExamples:\n  windlass resume\n  windlass resume 5GUSpQjiaYkt7Z8iTEO6nW -i approved=true')
    .action(act(async () => (await import('./resume.ts')).resume));

  program
    .command('validate')
    .description('say all that is wrong with flows, without running them')
    .argument('<file|dir...>', 'files, or folders of .yaml and .yml files')
    .addOption(options.config())
    .addOption(options.json())
    .addHelpText('after', '\nExamples:\n  windlass validate flow.yaml\n  windlass validate flows/ --json')
    .action(act(async () => (await import('./validate.ts')).validate));

  program
    .command('eval')
    .description('render an expression')
    .argument('[expression]', 'such as {{ 1 + 1 }}')
    .option('--context <file.json>', 'the variables it sees')
    .addOption(options.config())
    .addOption(options.secrets())
    .addOption(options.secret())
    .option('--jsonl', 'read one JSON string a line from stdin, print one JSON row a line')
    .addHelpText(
      'after',
      "\nExamples:\n  windlass eval '{{ [3, 1, 2] | sort }}'\n  windlass eval --context vars.json '{{ inputs.name | upper }}'",
    )
    .action(act(async () => (await import('./eval.ts')).evaluate));
}

/** Commands on what a state folder keeps. */
function declareKept(program: Command, act: Act): void {
  program
    .command('list')
    .description('the executions in the state folder, newest first')
    .addOption(new Option('--limit <n>', 'how many').default(30).argParser(count))
    .addOption(options.json())
    .addOption(options.state())
    .addHelpText('after', "\nExamples:\n  windlass list --limit 5\n  windlass list --json | jq -r '.[].id'")
    .action(act(async () => (await import('./state-commands.ts')).list));

  program
    .command('show')
    .description('an execution: its task runs, outputs and files')
    .argument('<id>', 'the execution')
    .addOption(options.json())
    .addOption(options.state())
    .addHelpText('after', '\nExamples:\n  windlass show 5GUSpQjiaYkt7Z8iTEO6nW --json | jq .outputs')
    .action(act(async () => (await import('./state-commands.ts')).show));

  program
    .command('logs')
    .description('the log of an execution')
    .argument('<id>', 'the execution')
    .addOption(options.logLevel())
    .addOption(options.json())
    .addOption(options.state())
    .addHelpText('after', '\nExamples:\n  windlass logs 5GUSpQjiaYkt7Z8iTEO6nW --log-level WARN')
    .action(act(async () => (await import('./state-commands.ts')).logs));

  program
    .command('clean')
    .description('remove ended executions with their logs and files')
    .option('--older <duration>', 'only those that ended longer ago: 7d, 12h, 30m, PT36H')
    .addOption(options.json())
    .addOption(options.state())
    .addHelpText('after', '\nExamples:\n  windlass clean --older 7d')
    .action(act(async () => (await import('./state-commands.ts')).clean));

  program
    .command('secret')
    .description('keep secrets in the state folder, for runs with it')
    .addArgument(new Argument('<action>', 'what to do').choices(['set', 'list', 'delete']))
    .argument('[name]', 'its name; the value of set is read from stdin, or asked for')
    .addOption(options.json())
    .addOption(options.state())
    .addHelpText(
      'after',
      '\nExamples:\n  windlass secret set MY_TOKEN\n  windlass secret set SSH_KEY < ~/.ssh/id_ed25519\n  windlass secret list',
    )
    .action(act(async () => (await import('./secret.ts')).secret));
}

/** Commands that say what there is, and run nothing. */
function declareLooking(program: Command, act: Act): void {
  program
    .command('explain')
    .description('say what a flow would run, in which order and exactly how; nothing is run')
    .argument('<flow.yaml>', 'the file')
    .addOption(options.input())
    .addOption(options.config())
    .addOption(options.secrets())
    .addOption(options.secret())
    .addOption(options.json())
    .option('--native <task>', 'only what the engine of this task is given: a docker run line, or the YAML of a pod')
    .addHelpText(
      'after',
      '\nExamples:\n  windlass explain flow.yaml -i name=world\n  windlass explain flow.yaml --native make | sh',
    )
    .action(act(async () => (await import('./explain.ts')).explain));

  program
    .command('doctor')
    .description('say what can be used on this machine, and what to do about the rest')
    .addOption(options.config())
    .addOption(options.secrets())
    .addOption(options.secret())
    .addOption(options.json())
    .addOption(options.state())
    .option('--sweep', 'remove containers and processes that no execution of the state folder needs')
    .option('--dry-run', 'with --sweep: only say what would be removed')
    .addHelpText('after', '\nExamples:\n  windlass doctor\n  windlass doctor --sweep --dry-run')
    .action(act(async () => (await import('./doctor.ts')).doctor));

  program
    .command('schema')
    .description('the JSON Schema of flows, for editors')
    .addOption(options.config())
    .addHelpText(
      'after',
      "\nExamples:\n  windlass schema > flow.schema.json\n\nAnd as a flow's first line:\n  # yaml-language-server: $schema=flow.schema.json",
    )
    .action(act(async () => (await import('./schema.ts')).schema));

  program
    .command('docs')
    .description('what a type of task or task runner is and takes; without a type all types')
    .argument('[type]', 'the type, or its end: Log, shell.Commands')
    .addOption(options.config())
    .addHelpText('after', '\nExamples:\n  windlass docs shell.Commands\n  windlass docs Docker')
    .action(act(async () => (await import('./docs.ts')).docs));

  program
    .command('completion')
    .description('a script for your shell that completes commands and options')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText(
      'after',
      '\nExamples:\n  source <(windlass completion bash)\n  autoload -U compinit; compinit; source <(windlass completion zsh)\n  windlass completion fish | source',
    )
    .action(act(async () => (await import('./completion.ts')).completionOf(program.commands)));
}
