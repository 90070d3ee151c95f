/** The document of `--json`: piece by piece, however many task runs and log lines an execution has. 2 s. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { executionDocument, executionJson } from '../../src/cli/execution-json.ts';
import type { Execution, TaskRun } from '../../src/model/execution.ts';
import { newId } from '../../src/model/ids.ts';
import { initialState, moveTo } from '../../src/model/states.ts';
import { openStore } from '../../src/store/sqlite/index.ts';

const count = 10_000;
const date = new Date().toISOString();
const state = moveTo(initialState('RUNNING', date), 'SUCCESS', date);
const id = newId();
const execution: Execution = {
  id,
  namespace: 'company.team',
  flowId: 'many',
  flowRevision: 1,
  state,
  labels: [],
  inputs: { text: 'an input with "quotes" and ]}' },
  originalId: id,
  attemptNumber: 1,
  phase: 'ended',
};

function taskRun(number: number): TaskRun {
  return {
    id: newId(),
    executionId: id,
    taskId: `t${number}`,
    branch: 'tasks',
    state,
    attempts: [{ state }],
    outputs: { text: 'x'.repeat(200) },
  };
}

test('10,000 task runs and lines come in pieces below a megabyte, and are one document', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-document-'));
  const store = await openStore(folder, { ephemeral: true });
  try {
    const taskRuns = Array.from({ length: count }, (_, i) => taskRun(i));
    const logs = taskRuns.map(run => ({ timestamp: date, level: 'INFO' as const, message: 'm', taskRunId: run.id }));
    const claim = await store.create({ execution, source: '', flowIndex: 0, effects: [] });
    await store.commit(claim, { taskRuns: [...taskRuns, { ...taskRun(count), superseded: true }], logs });
    const pieces: string[] = [];
    for await (const piece of executionDocument(store, id)) pieces.push(piece);
    expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThan(1_000_000);
    const { logs: written, metrics, ...document } = JSON.parse(pieces.join(''));
    expect(document).toEqual(JSON.parse(JSON.stringify(executionJson(execution, taskRuns))));
    expect(written).toHaveLength(count);
    expect(metrics).toEqual([]);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
});
