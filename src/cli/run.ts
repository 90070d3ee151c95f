/** `windlass run FLOW`: starts a flow, shows it, and ends with its result. */
import type { Config } from '../config/config.ts';
import { reasonOf } from '../model/system-error.ts';
import { StagedFiles } from '../storage/staged-files.ts';
import { type Accepted, accept } from '../worker/accept.ts';
import { catalogFor } from './catalog.ts';
import { commandHint } from './command-hint.ts';
import { problemsText, readRunnableFlows, withText } from './flow-file.ts';
import { type FollowOptions, Reporter, reportEnd } from './follow.ts';
import { needlessInputs, refusedInputs } from './given-inputs.ts';
import { parseInputArguments } from './input-arguments.ts';
import type { Invocation } from './invocation.ts';
import { parseLabelArgument } from './label-argument.ts';
import { Refusal } from './refusal.ts';
import { readSettings, type SettingsOptions } from './settings.ts';
import { openWorkspace, placeOf, type Workspace, type WorkspaceOptions } from './workspace.ts';

export interface RunOptions extends FollowOptions, SettingsOptions, WorkspaceOptions {
  readonly input?: readonly string[];
  readonly label?: readonly string[];
  readonly namespaceFiles?: string;
  /** The end of the type of a task runner, for every script task. */
  readonly runner?: string;
}

/** Runs it to its end; the answer is the exit code. @throws Refusal, and StoreError for a state that cannot be used */
export async function run(file: string, options: RunOptions, invocation: Invocation): Promise<number> {
  const { output, signals } = invocation;
  const { config, notes, flowFile, flow } = await readRun(file, options, invocation);
  const { flows, source } = flowFile;
  const inputs = parseInputArguments(options.input ?? []);
  const labels = (options.label ?? []).map(parseLabelArgument);
  if (!options.quiet) {
    for (const note of [...notes, ...needlessInputs(flow.inputs, inputs)]) output.stderr.write(`${note}\n`);
    const hints = flowFile.problems.filter(({ severity }) => severity === 'warning');
    if (hints.length > 0) output.stderr.write(`${problemsText(flowFile, hints, output.stderr.colors)}\n`);
    if (flow.unused.length > 0) output.stderr.write(`${file}: ${flow.unused.join(', ')}: no effect on a single run.\n`);
  }
  signals.hold();
  const place = await placeOf(options);
  try {
    // What is refused leaves nothing in the storage, and no state folder.
    const files = new StagedFiles(place.storage);
    if (options.namespaceFiles !== undefined) {
      const { putNamespaceFiles } = await import('./namespace-files.ts');
      await putNamespaceFiles(options.namespaceFiles, flow.namespace, files);
    }
    const accepted = await accept({ config, storage: files }, { flows, flowIndex: 0, source, inputs, labels });
    if ('violations' in accepted) throw refusedInputs(accepted);
    const workspace = await openWorkspace(options, place);
    try {
      await files.publish().catch((error: Error) => {
        throw new Refusal('unusable-state', `What was given cannot be kept in ${place.dir}: ${reasonOf(error)}`);
      });
      return await carryOut(accepted, workspace, config, options, invocation);
    } finally {
      await workspace.close();
    }
  } finally {
    place.leave();
  }
}

async function carryOut(
  accepted: Accepted,
  workspace: Workspace,
  config: Config,
  options: RunOptions,
  { output, environment, signals }: Invocation,
): Promise<number> {
  const reporter = new Reporter(output, options);
  try {
    const session = workspace.session(config, environment, reporter);
    const driver = await session.startAccepted(accepted);
    signals.onCancel(() => session.killAll());
    signals.onLeave(() => {
      reporter.close();
      output.stderr.write(
        options.ephemeral
          ? `Left without waiting. What still runs belongs to ${workspace.dir}.\n`
          : `Left without waiting. To go on, or to clean up what still runs: ${commandHint(`resume ${accepted.execution.id}`, options.state)}\n`,
      );
    });
    const swept = session.sweep();
    const last = await session.settled(driver);
    await swept;
    reporter.close();
    return await reportEnd(last, workspace, output, options);
  } finally {
    reporter.close();
  }
}

/** The first flow of the file, with the settings that it is run with and what there is to say of them. */
async function readRun(file: string, options: RunOptions, { output, environment }: Invocation) {
  const { config, warnings } = readSettings(options, environment);
  const catalog = catalogFor(config, environment);
  const written = readRunnableFlows(file, catalog, config, output.stderr.colors);
  const overridden =
    options.runner === undefined
      ? undefined
      : (await import('./runner-override.ts')).overrideRunner(written.source, options.runner, catalog);
  const flowFile = overridden ? withText(written, overridden.text, catalog, config) : written;
  const flow = flowFile.flows[0];
  if (!flow || flow.disabled) {
    throw new Refusal('disabled-flow', `The flow in ${file} is disabled. Remove 'disabled: true' to run it.`);
  }
  return { config, notes: [...warnings, ...(overridden?.notes ?? [])], flowFile, flow };
}
