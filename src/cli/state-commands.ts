/** `windlass list`, `show`, `logs` and `clean`: what is in the state folder. */
import { isAtLeast } from '../logs/levels.ts';
import { parseIsoDuration } from '../model/duration.ts';
import type { LogLevel } from '../model/flow.ts';
import { isTerminal } from '../model/states.ts';
import { dockerDeclaration } from '../runners/docker/declaration.ts';
import { executionPrefix } from '../storage/uris.ts';
import type { ExecutionSummary } from '../store/store.ts';
import { sweepEngine } from '../worker/sweep.ts';
import { executionDocument } from './execution-json.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import { readSettings } from './settings.ts';
import { logLine } from './terminal/log-line.ts';
import { RunValues } from './terminal/run-values.ts';
import { palette, stateStyle } from './terminal/style.ts';
import { summaryText } from './terminal/summary.ts';
import { durationText, tableText } from './terminal/table.ts';
import { unknownExecution } from './unknown-execution.ts';
import { openKept, type Workspace } from './workspace.ts';

interface StateOptions {
  readonly state?: string;
  readonly json?: boolean;
}

export async function list(
  options: StateOptions & { readonly limit: number },
  { output }: Invocation,
): Promise<number> {
  return withState(options, async workspace => {
    const found = workspace ? await workspace.store.list({ limit: options.limit }) : [];
    if (options.json) {
      output.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      return exitCode.success;
    }
    const { colors, isTerminal, width } = output.stdout;
    const style = palette(colors);
    const fit = isTerminal ? { column: 1, columns: width } : undefined;
    const rows = found.map(each => [
      each.id,
      `${each.namespace}.${each.flowId}`,
      stateStyle(style, each.state)(each.interrupted ? `${each.state} (interrupted)` : each.state),
      each.startDate.replace('T', ' ').slice(0, 19),
      took(each),
    ]);
    output.stdout.write(
      rows.length === 0
        ? 'No executions yet.\n'
        : tableText(['EXECUTION', 'FLOW', 'STATE', 'STARTED (UTC)', 'TIME'], rows, style.bold, fit),
    );
    return exitCode.success;
  });
}

function took(each: ExecutionSummary): string {
  const end = each.endDate ?? new Date().toISOString();
  return durationText(Date.parse(end) - Date.parse(each.startDate));
}

export async function show(id: string, options: StateOptions, { output }: Invocation): Promise<number> {
  return withState(options, async workspace => {
    const stored = await workspace?.store.load(id);
    if (!workspace || !stored) throw unknownExecution(id, options.state);
    if (options.json) {
      for await (const piece of executionDocument(workspace.store, id)) await output.stdout.push(piece);
      await output.stdout.push('\n');
    } else {
      const runs = stored.taskRuns.filter(run => !run.superseded);
      const { colors, isTerminal, width } = output.stdout;
      const columns = isTerminal ? width : undefined;
      output.stdout.write(summaryText(stored.execution, runs, workspace.storage, palette(colors), true, columns));
    }
    return exitCode.success;
  });
}

export async function logs(
  id: string,
  options: StateOptions & { readonly logLevel?: LogLevel },
  { output }: Invocation,
): Promise<number> {
  return withState(options, async workspace => {
    const kept = await workspace?.store.load(id);
    if (!workspace || !kept) throw unknownExecution(id, options.state);
    const values = new RunValues(kept.taskRuns);
    const lowest = options.logLevel ?? 'INFO';
    const { colors } = output.stdout;
    for await (const batch of workspace.store.logs(id)) {
      const lines = batch.filter(({ level }) => isAtLeast(level, lowest));
      if (options.json) await output.stdout.push(lines.map(entry => `${JSON.stringify(entry)}\n`).join(''));
      else {
        const shown = lines.map(entry => logLine(entry, palette(colors), colors, values.of(entry.taskRunId)));
        await output.stdout.push(shown.join(''));
      }
    }
    return exitCode.success;
  });
}

export async function clean(
  options: StateOptions & { readonly older?: string },
  { output, environment }: Invocation,
): Promise<number> {
  const { config } = readSettings(options, environment);
  const age = options.older === undefined ? 0 : parseAge(options.older);
  return withState(options, async workspace => {
    const before = Date.now() - age;
    const session = workspace?.session(config, environment, {});
    await session?.sweep();
    if (session) await sweepEngine(session.environment, dockerDeclaration.type);
    let removed = 0;
    for (const each of (await workspace?.store.list()) ?? []) {
      if (
        !workspace ||
        each.parentExecutionId !== undefined ||
        !isTerminal(each.state) ||
        Date.parse(each.endDate ?? each.startDate) > before
      )
        continue;
      for (const id of await workspace.store.delete(each.id)) {
        await workspace.storage.deletePrefix(executionPrefix(each.namespace, each.flowId, id));
        removed += 1;
      }
    }
    if (options.json) output.stdout.write(`${JSON.stringify({ removed })}\n`);
    else
      output.stdout.write(
        removed === 0
          ? 'Nothing to remove.\n'
          : `Removed ${removed} ${removed === 1 ? 'execution' : 'executions'} with their logs and files.\n`,
      );
    return exitCode.success;
  });
}

/** `7d`, `12h`, `30m`, or an ISO 8601 duration. */
function parseAge(text: string): number {
  const short = /^(\d+)\s*([dhm])$/.exec(text);
  const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };
  if (short) return Number(short[1]) * (units[short[2] ?? ''] ?? 0);
  try {
    return parseIsoDuration(text);
  } catch {
    throw new Refusal('bad-argument', `--older ${text}: write it as 7d, 12h, 30m or PT36H.`);
  }
}

async function withState(
  options: StateOptions,
  act: (workspace: Workspace | undefined) => Promise<number>,
): Promise<number> {
  const workspace = await openKept(options);
  try {
    return await act(workspace);
  } finally {
    await workspace?.close();
  }
}
