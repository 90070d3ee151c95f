/** Every recorded flow gives what Kestra gave, kept in a state folder and without. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containersOf, dockerUnderTest } from '../docker/engine.ts';
import { full } from '../full.ts';
import { type Case, readCases, readList } from './cases.ts';
import { play } from './play.ts';
import { type OpenStage, openStage } from './stage.ts';
import { Table } from './table.ts';

const defects = readList('defects.txt');
const notPassing = readList('not-passing.txt');
const all = readCases();
const comparedCases = all.filter(({ name }) => !defects.has(name));
/** A state folder differs in what is kept, not in what happens: a tenth of the flows tells. */
const keptCases = full ? comparedCases : comparedCases.filter((_, i) => i % 10 === 0);

const docker = await dockerUnderTest();
const noDocker = 'unavailable' in docker ? docker.unavailable : undefined;

describe('the lists', () => {
  test.each([
    ['defects.txt', defects],
    ['not-passing.txt', notPassing],
  ])('%s names recorded flows, each with a reason', (_, list) => {
    const names = new Set(all.map(({ name }) => name));
    expect([...list.keys()].filter(name => !names.has(name))).toEqual([]);
    expect([...list].filter(([, reason]) => reason === '')).toEqual([]);
  });
});

describe.each([
  { keep: 'ephemeral', cases: comparedCases },
  { keep: 'state', cases: keptCases },
] as const)('recorded flows, $keep', ({ keep, cases }) => {
  const table = new Table();
  let stage: OpenStage;

  beforeAll(async () => {
    stage = await openStage(keep);
  });

  afterAll(async () => {
    const left = await stage.leftovers();
    const containers = noDocker === undefined ? await containersOf(stage.workspace.store.ownerId) : [];
    await stage.close();
    table.print(`recorded flows, ${keep}${noDocker === undefined ? '' : ` (Docker's are skipped: ${noDocker})`}`);
    expect(left, 'left in the folders of runs').toEqual([]);
    expect(containers, 'containers left').toEqual([]);
    expect(stage.faults, 'faults of ours').toEqual([]);
  });

  test.concurrent.each(cases.map(recorded => [recorded.name, recorded] as const))('%s', async (_, recorded) => {
    await check(recorded);
  });

  async function check(recorded: Case): Promise<void> {
    if (recorded.needsDocker && noDocker !== undefined) {
      table.add(recorded.area, 'skipped');
      return;
    }
    const found = await play(recorded, stage).catch((error: Error) => error.stack ?? error.message);
    table.add(recorded.area, found === undefined ? 'passed' : 'failed');
    if (!notPassing.has(recorded.name)) return found === undefined ? undefined : expect.fail(found);
    expect(found, 'it passes now: take it out of not-passing.txt').toBeDefined();
  }
});
