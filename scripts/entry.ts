/**
 * The entry of the bundle. The compile cache must be on before the first large module is loaded, hence the dynamic
 * import; a folder that cannot be written only means slower starts.
 */
import { enableCompileCache } from 'node:module';

if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `windlass needs Node.js 24 or newer; this is ${process.version}. ./windlass finds or installs it.\n`,
  );
  process.exit(2);
}
enableCompileCache(`${import.meta.dirname}/.cache`);
const { main } = await import('../src/main.ts');
await main();
