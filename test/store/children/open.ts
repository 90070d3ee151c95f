/** Opens the store in a folder and prints its owner. */
import { openStore } from '../../../src/store/sqlite/index.ts';

const store = await openStore(process.argv[2] ?? '');
console.log(store.ownerId);
await store.close();
