/** The commands with their options and help. What a command does is loaded when it is called. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { version } from '../version.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import { sayRefusal } from './say-refusal.ts';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

const collect = (value: string, before: readonly string[] = []) => [...before, value];

const options = {
  input: () => new Option('-i, --input <key=value>', 'an input; key=@file gives a file').argParser(collect),
  label: () => new Option('--label <key:value>', 'a label of the execution').argParser(collect),
  config: () => new Option('--config <file>', "configuration, in Kestra's own form"),
  secrets: () => new Option('--secrets <file>', 'secrets as NAME=value lines (dotenv)'),
  secret: () => new Option('--secret <name=value>', 'a secret').argParser(collect),
  namespaceFiles: () => new Option('--namespace-files <dir>', 'a folder with the files of the namespace of the flow'),
  json: () => new Option('--json', 'one JSON document on stdout'),
  logLevel: () => new Option('--log-level <level>', 'the lowest level that is shown').choices(levels).argParser(level),
  quiet: () => new Option('-q, --quiet', 'show nothing but errors'),
  plain: () => new Option('--plain', 'lines only: no live view (so it is in CI as well)'),
  workerThread: () =>
    new Option('--worker-thread <n>', 'tasks that run at once (default: 8 for each core, 16 at least)').argParser(
      atLeastOne,
    ),
  state: () => new Option('--state <dir>', 'the state folder').default(undefined, '.windlass'),
};

function level(text: string): string {
  const name = text.toUpperCase();
  if (!levels.includes(name)) throw new InvalidArgumentError(`Use one of ${levels.join(', ')}.`);
  return name;
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

function atLeastOne(text: string): number {
  const number = count(text);
  if (number === 0) throw new InvalidArgumentError('Give 1 or more.');
  return number;
}

/** The command line that is carried out: known only when the program starts, which may be declared before. */
export interface Running {
  invocation: Invocation;
  exitCode: number;
}

export function declareCommands(running: Running): Command {
  const program = new Command('windlass')
    .description('Runs workflow YAML written for Kestra: every script task in a container or a local process.')
    .version(version, '--version')
    .helpCommand(false)
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

Exit codes: 0 SUCCESS or WARNING, 1 FAILED or CANCELLED, 2 refused or a wrong command line, 130 KILLED.`,
    );

  program
    .command('run')
    .description('run a flow and wait for its end')
    .argument('[flow.yaml]', 'the file; of several documents the first is run, the others are there as subflows')
    .addOption(options.input())
    .addOption(options.label())
    .option('--runner <runner>', 'run every script task with this task runner: process, docker …')
    .option('--watch', 'run again when the flow, the configuration or the secrets change')
    .addOption(
      new Option('--rerun-failed <id>', 'instead of a file: go on with an ended execution where it failed').conflicts([
        'ephemeral',
        'watch',
        'runner',
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
      '\nExamples:\n  windlass run flow.yaml -i name=world\n  windlass run flow.yaml -i data=@in.csv --label team:data --ephemeral',
    )
    .action(async (file: string | undefined, given) => {
      if (given.rerunFailed !== undefined) {
        running.exitCode = await (await import('./rerun.ts')).rerunFailed(given.rerunFailed, given, running.invocation);
        return;
      }
      if (file === undefined) throw new Refusal('bad-argument', 'Give a flow, such as: windlass run flow.yaml');
      const { run } = await import('./run.ts');
      if (!given.watch) {
        running.exitCode = await run(file, given, running.invocation);
        return;
      }
      const files = [file, given.config, given.secrets].filter(name => name !== undefined);
      const once = () =>
        run(file, given, running.invocation).catch((error: Error) =>
          sayRefusal(error, given.json === true, running.invocation),
        );
      running.exitCode = await (await import('./watch.ts')).runOnChange(files, once, running.invocation);
    });

  program
    .command('resume')
    .description('go on with an interrupted or paused execution; without an id with all interrupted ones')
    .argument('[id]', 'the execution')
    .addOption(options.input().default(undefined))
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
    .action(async (id: string | undefined, given) => {
      running.exitCode = await (await import('./resume.ts')).resume(id, given, running.invocation);
    });

  program
    .command('validate')
    .description('say all that is wrong with flows, without running them')
    .argument('<file|dir...>', 'files, or folders of .yaml and .yml files')
    .addOption(options.config())
    .addOption(options.json())
    .addHelpText('after', '\nExamples:\n  windlass validate flow.yaml\n  windlass validate flows/ --json')
    .action(async (paths: string[], given) => {
      running.exitCode = await (await import('./validate.ts')).validate(paths, given, running.invocation);
    });

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
    .action(async (expression: string | undefined, given) => {
      running.exitCode = await (await import('./eval.ts')).evaluate(expression, given, running.invocation);
    });

  program
    .command('list')
    .description('the executions in the state folder, newest first')
    .addOption(new Option('--limit <n>', 'how many').default(30).argParser(count))
    .addOption(options.json())
    .addOption(options.state())
    .action(async given => {
      running.exitCode = await (await import('./state-commands.ts')).list(given, running.invocation);
    });

  program
    .command('show')
    .description('an execution: its task runs, outputs and files')
    .argument('<id>', 'the execution')
    .addOption(options.json())
    .addOption(options.state())
    .action(async (id: string, given) => {
      running.exitCode = await (await import('./state-commands.ts')).show(id, given, running.invocation);
    });

  program
    .command('logs')
    .description('the log of an execution')
    .argument('<id>', 'the execution')
    .addOption(options.logLevel())
    .addOption(options.json())
    .addOption(options.state())
    .action(async (id: string, given) => {
      running.exitCode = await (await import('./state-commands.ts')).logs(id, given, running.invocation);
    });

  program
    .command('clean')
    .description('remove ended executions with their logs and files')
    .option('--older <duration>', 'only those that ended longer ago: 7d, 12h, 30m, PT36H')
    .addOption(options.json())
    .addOption(options.state())
    .addHelpText('after', '\nExamples:\n  windlass clean --older 7d')
    .action(async given => {
      running.exitCode = await (await import('./state-commands.ts')).clean(given, running.invocation);
    });

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
    .action(async (action: string, name: string | undefined, given) => {
      running.exitCode = await (await import('./secret.ts')).secret(action, name, given, running.invocation);
    });

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
    .action(async (file: string, given) => {
      running.exitCode = await (await import('./explain.ts')).explain(file, given, running.invocation);
    });

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
    .action(async given => {
      running.exitCode = await (await import('./doctor.ts')).doctor(given, running.invocation);
    });

  program
    .command('schema')
    .description('the JSON Schema of flows, for editors')
    .addOption(options.config())
    .addHelpText(
      'after',
      "\nExamples:\n  windlass schema > flow.schema.json\n\nAnd as a flow's first line:\n  # yaml-language-server: $schema=flow.schema.json",
    )
    .action(async given => {
      running.exitCode = await (await import('./schema.ts')).schema(given, running.invocation);
    });

  program
    .command('docs')
    .description('what a type of task or task runner is and takes; without a type all types')
    .argument('[type]', 'the type, or its end: Log, shell.Commands')
    .addOption(options.config())
    .addHelpText('after', '\nExamples:\n  windlass docs shell.Commands\n  windlass docs Docker')
    .action(async (type: string | undefined, given) => {
      running.exitCode = await (await import('./docs.ts')).docs(type, given, running.invocation);
    });

  program
    .command('completion')
    .description('a script for your shell that completes commands and options')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', '\nExamples:\n  source <(windlass completion bash)\n  windlass completion fish | source')
    .action(async (shell: string) => {
      const { completionScript } = await import('./completion.ts');
      running.invocation.output.stdout.write(completionScript(shell, program.commands));
    });
  return program;
}
