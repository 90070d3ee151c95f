/** The entry of the program of which a start-up snapshot is taken; a start from it begins in `main`. */
import { startupSnapshot } from 'node:v8';
import { main, warmUp } from '../src/main.ts';

startupSnapshot.setDeserializeMainFunction(() => {
  // When it fires, Node looks anew at when its next timer is due: see warm-up.ts for what it could remember.
  setTimeout(() => {}, 1);
  giveTunablesBack();
  return main();
});

/** What ./windlass added for this process alone; programs that it starts get what the user had set. */
function giveTunablesBack(): void {
  const before = process.env.GLIBC_TUNABLES?.replace(/:?glibc\.malloc\.hugetlb=1:glibc\.malloc\.arena_max=1$/, '');
  if (before) process.env.GLIBC_TUNABLES = before;
  else delete process.env.GLIBC_TUNABLES;
}

// What most runs need of Node and a snapshot can hold; it cannot hold node:http and node:sqlite.
for (const name of ['node:net', 'node:child_process']) process.getBuiltinModule(name);
void warmUp();
