/** The log of an attempt as a file of its own, for tasks with `logToFile`. */
import { Readable } from 'node:stream';
import type { LogEntry, TaskRun } from '../model/execution.ts';
import { fileUri, taskRunPrefix } from '../storage/uris.ts';
import type { Carried } from './carried.ts';

/**
 * Stores what the attempt has logged, and gives the URI: a line for each entry, time, level and message. Entries of
 * several lines stay so.
 *
 * @param rest what is not in the store yet
 */
export async function fileLog(
  carried: Carried,
  run: TaskRun,
  attempt: number,
  rest: readonly LogEntry[],
): Promise<string> {
  const { environment, state } = carried;
  const uri = fileUri(taskRunPrefix(state.execution, run.taskId, run.id), `${run.id}-${attempt}.log`);
  async function* text() {
    let next = 0;
    for await (const batch of environment.store.logs(state.execution.id)) {
      for (const entry of batch) {
        if (entry.taskRunId !== run.id || entry.attemptNumber !== attempt) continue;
        // What the task itself says is stored later than what its program printed meanwhile.
        for (let own = rest[next]; own !== undefined && own.timestamp <= entry.timestamp; own = rest[++next])
          yield line(own);
        yield line(entry);
      }
    }
    for (const own of rest.slice(next)) yield line(own);
  }
  await environment.storage.put(uri, Readable.from(text()));
  return uri;
}

function line({ timestamp, level, message }: LogEntry): string {
  return `${timestamp} ${level.padEnd(5)} ${message}\n`;
}
