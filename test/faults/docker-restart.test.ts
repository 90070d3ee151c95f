/** The engine is restarted while a container runs, on an engine of the test's own. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { collectLines, never, Trial } from '../contract/runner/harness.ts';
import { anyPort, startEngine, TestEngine } from '../docker/engine.ts';

const started = await startEngine('docker-tls', anyPort());
if ('unavailable' in started) console.warn(`SKIPPED: restarts of Docker: ${started.unavailable}`);

describe.skipIf('unavailable' in started)('an engine that is restarted', () => {
  if ('unavailable' in started) return;
  const owner = `restart-${randomBytes(6).toString('hex')}`;
  const engine = new TestEngine({ DOCKER_HOST: `unix://${join(started.state, 'docker.sock')}` });
  let trials: Trial[] = [];

  afterEach(async () => {
    const left = await engine.containersOf(owner);
    for (const one of trials) await one.removeFolders();
    trials = [];
    expect(left).toEqual([]);
  });
  afterAll(() => started.down());

  async function trial(script: string): Promise<Trial> {
    const made = await Trial.make(engine.underTest({ networkMode: 'none' }), owner, { script });
    trials.push(made);
    return made;
  }

  test('keeps its containers (live-restore): every line once, the right end, the files', async () => {
    const one = await trial(
      'i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; sleep 0.1; done; echo x > "$OUTPUT_DIR/o"; exit 3',
    );
    const run = await one.started();
    const lines = collectLines(run);
    const outcome = run.outcome(never);
    for await (const batch of run.logs()) if (batch.lines.length > 5) break;
    await started.down('stop');
    await started.up();
    expect(await outcome).toMatchObject({ kind: 'exited', exitCode: 3 });
    expect((await lines).map(line => line.text)).toEqual(Array.from({ length: 60 }, (_, index) => `line ${index + 1}`));
    await run.fetch(never);
    await run.dispose();
    expect(await readFile(join(one.spec.outputDir, 'o'), 'utf8')).toBe('x\n');
  });

  test('and whose container ended meanwhile: its end and its whole log are found', async () => {
    const one = await trial('echo first; sleep 2; echo last; exit 4');
    const run = await one.started();
    const lines = collectLines(run);
    const outcome = run.outcome(never);
    for await (const batch of run.logs()) if (batch.lines.length > 0) break;
    await started.down('stop');
    await new Promise(resolve => setTimeout(resolve, 2_500));
    await started.up();
    const end = await outcome;
    // With its supervisor gone the engine may not learn the exit code; it then never says 0.
    expect(end.kind).toBe('exited');
    expect(end).not.toMatchObject({ exitCode: 0 });
    expect((await lines)[0]?.text).toBe('first');
    await run.dispose();
  });
});
