import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIdentity } from '../../src/store/process-identity.ts';
import { openStore } from '../../src/store/sqlite/index.ts';
import { storeContract } from '../contract/store/store-contract.ts';

storeContract('sqlite', {
  async place() {
    const dir = await mkdtemp(join(tmpdir(), 'windlass-store-'));
    return {
      open: () => openStore(dir),
      // Our pid, but of a process that started at another time: ended, and its number reused.
      openAsDead: () => openStore(dir, { identity: { ...processIdentity(), startTime: '1' } }),
      remove: () => rm(dir, { recursive: true }),
    };
  },
});
