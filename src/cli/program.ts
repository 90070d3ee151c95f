/** The command line: from arguments to an exit code. */
import { type Command, CommanderError } from 'commander';
import { reasonOf } from '../model/system-error.ts';
import { declareCommands, type Running } from './commands.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { sayRefusal } from './say-refusal.ts';

interface Declared {
  readonly program: Command;
  readonly running: Partial<Running>;
}

let declaredAhead: Declared | undefined;

/** Declares the commands for the next `runProgram`: 2 ms less when a snapshot holds them. */
export function declareAhead(): void {
  declaredAhead = declare();
}

function declare(): Declared {
  const running: Partial<Running> = {};
  return { program: declareCommands(running as Running), running };
}

/** Runs a command line until what it wrote is taken; the answer is the exit code. Nothing is thrown. */
export async function runProgram(args: readonly string[], invocation: Invocation): Promise<number> {
  const code = await carryOut(args, invocation);
  const { stdout, stderr } = invocation.output;
  await stdout.push('');
  if (stdout.failure) stderr.write(`Standard output is not complete: ${reasonOf(stdout.failure)}.\n`);
  await stderr.push('');
  return stdout.failure && code === exitCode.success ? exitCode.failed : code;
}

async function carryOut(args: readonly string[], invocation: Invocation): Promise<number> {
  const { program, running } = declaredAhead ?? declare();
  declaredAhead = undefined;
  Object.assign(running, { invocation, exitCode: exitCode.success });
  try {
    await program.parseAsync(unknownCommand(program, args) ?? [...args], { from: 'user' });
    return running.exitCode ?? exitCode.success;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.success : exitCode.refused;
    return sayRefusal(error as Error, args.includes('--json'), invocation);
  }
}

/** Commander answers `help nope` and `nope --help` with the whole help, and not a word of the mistake: just `nope`. */
function unknownCommand({ commands }: Command, args: readonly string[]): string[] | undefined {
  const name = args[0] === 'help' ? args[1] : args[0];
  const isKnown = name === undefined || name === 'help' || name.startsWith('-');
  return isKnown || commands.some(command => command.name() === name) ? undefined : [name];
}
