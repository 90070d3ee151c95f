/** Creates an execution, then commits one numbered task run and line after the other. Prints each that is acknowledged. */
import { writeSync } from 'node:fs';
import { openStore } from '../../../src/store/sqlite/index.ts';
import { created, exampleExecution, exampleTaskRun, line } from '../../contract/store/examples.ts';

const [dir = '', count = '0'] = process.argv.slice(2);
const store = await openStore(dir);
const execution = exampleExecution();
const claim = await store.create(created(execution));
await store.saveRun(claim, { taskRunId: 'r', attempt: 0, vars: {} });
writeSync(1, `${execution.id}\n`);
for (let number = 0; number < Number(count); number++) {
  await store.commit(claim, { taskRuns: [exampleTaskRun(execution.id, { id: String(number) })] });
  const logs = [line(String(number))];
  await store.saveProgress(claim, { taskRunId: 'r', attempt: 0, logCursor: number, logs, metrics: [] });
  writeSync(1, `${number}\n`);
}
await store.close();
