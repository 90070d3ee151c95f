/** The floor of local tasks: `node bench/floors/spawn-loop.ts N` starts a shell N times in a row and reads what it says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

for (let left = Number(process.argv[2]); left > 0; left--) {
  const child = spawn('sh', ['-c', 'echo hi'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = await once(child, 'close');
  if (code !== 0 || said !== 'hi\n') throw new Error(`sh ended with ${code}: ${said}`);
}
