/** `windlass resume [ID]`: goes on with interrupted executions, and with paused ones. */
import type { ExecutionDriver } from '../worker/execution-driver.ts';
import type { Session } from '../worker/session.ts';
import { awaitUnseen } from './await-unseen.ts';
import { commandHint } from './command-hint.ts';
import { executionDocument } from './execution-json.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import { type FollowOptions, Reporter, reportEnd } from './follow.ts';
import { needlessInputs, refusedInputs } from './given-inputs.ts';
import { parseInputArguments } from './input-arguments.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import { readSettings, type SettingsOptions } from './settings.ts';
import { unknownExecution } from './unknown-execution.ts';
import { openKept, type WorkspaceOptions } from './workspace.ts';

export interface ResumeOptions extends FollowOptions, SettingsOptions, Pick<WorkspaceOptions, 'workerThread'> {
  readonly input?: readonly string[];
}

export async function resume(
  id: string | undefined,
  options: ResumeOptions,
  { output, environment, signals }: Invocation,
): Promise<number> {
  const { config } = readSettings(options, environment);
  const inputs = parseInputArguments(options.input ?? []);
  if (id === undefined && options.input)
    throw new Refusal('bad-argument', 'Inputs are for one execution: windlass resume ID -i name=value');
  const workspace = await openKept(options);
  if (!workspace) {
    if (id !== undefined) throw unknownExecution(id, options.state);
    return sayNothing(options, output);
  }
  const reporter = new Reporter(output, options);
  try {
    await awaitUnseen(workspace.store, id, text => options.quiet || reporter.say(text));
    signals.hold();
    const session = workspace.session(config, environment, reporter);
    await session.sweep();
    if (id !== undefined && options.input && !options.quiet) {
      const stored = await workspace.store.load(id);
      if (stored) for (const note of needlessInputs(session.resumeInputs(stored), inputs)) reporter.say(`${note}\n`);
    }
    const ids = id === undefined ? await workspace.store.interrupted() : [id];
    const drivers: ExecutionDriver[] = [];
    for (const each of ids) {
      const driver = await session.goOn(each);
      if (driver) drivers.push(driver);
      else if (id !== undefined) return await resumeElsewhere(id, inputs, session, options, output);
    }
    if (drivers.length === 0) return sayNothing(options, output);
    signals.onCancel(() => session.killAll());
    signals.onLeave(() => {
      reporter.close();
      output.stderr.write(`Left without waiting. To go on: ${commandHint('resume', options.state)}\n`);
    });
    for (const driver of drivers) {
      if (id !== undefined && driver.carried.state.execution.state.current === 'PAUSED') {
        const refused = await driver.goOn(inputs);
        // The execution stays paused; the next try may do better.
        if (refused) {
          driver.leave();
          throw refusedInputs(refused);
        }
      }
    }
    const last = await Promise.all(drivers.map(driver => session.settled(driver)));
    reporter.close();
    if (options.json) await writeDocuments(last, id === undefined, workspace.store, output);
    else for (const driver of last) await reportEnd(driver, workspace, output, options);
    return Math.max(...last.map(({ carried }) => exitCodeOf(carried.state.execution.state.current)));
  } finally {
    reporter.close();
    await workspace.close();
  }
}

function sayNothing(options: ResumeOptions, { stdout }: Invocation['output']): number {
  if (options.json) stdout.write('[]\n');
  else if (!options.quiet) stdout.write('Nothing to resume.\n');
  return exitCode.success;
}

/** Another process carries the execution out: it is told to go on. */
async function resumeElsewhere(
  id: string,
  inputs: ReturnType<typeof parseInputArguments>,
  session: Session,
  options: ResumeOptions,
  output: Invocation['output'],
): Promise<number> {
  const { store } = session.environment;
  const stored = await store.load(id);
  if (!stored) throw unknownExecution(id, options.state);
  const { current } = stored.execution.state;
  if (stored.execution.phase === 'ended') {
    throw new Refusal(
      'not-resumable',
      `The execution ${id} has ended in state ${current}; there is nothing to resume.`,
    );
  }
  if (current !== 'PAUSED')
    throw new Refusal('not-resumable', `The execution ${id} is ${current}, and a live process carries it out.`);
  const refused = await session.resumeElsewhere(stored, inputs);
  if (refused) throw refusedInputs(refused);
  if (options.json) for await (const piece of executionDocument(store, id)) await output.stdout.push(piece);
  else output.stdout.write(`Told the process that carries ${id} out to go on.\n`);
  return exitCode.success;
}

async function writeDocuments(
  drivers: readonly ExecutionDriver[],
  asList: boolean,
  store: Parameters<typeof executionDocument>[0],
  output: Invocation['output'],
): Promise<void> {
  if (asList) await output.stdout.push('[');
  for (const [index, driver] of drivers.entries()) {
    if (index > 0) await output.stdout.push(',');
    for await (const piece of executionDocument(store, driver.carried.state.execution.id))
      await output.stdout.push(piece);
  }
  await output.stdout.push(asList ? ']\n' : '\n');
}
