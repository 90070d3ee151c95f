/** The floor of files in and out of containers: `docker cp` with `tar`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from '../measure.ts';
import type { Subject } from '../pairs.ts';

const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();

/** `tar | docker cp` of so many small files into a container that does not run. */
export function copyIn(count: number): Subject {
  return copying(`tar | docker cp, ${count.toLocaleString('en')} files`, folder => {
    for (let i = 0; i < count; i++) writeFileSync(join(folder, `f${i}`), `content ${i}\n`);
    const id = docker('create', 'busybox:latest', 'true');
    return { id, command: `tar -C ${folder} -cf - . | docker cp - ${id}:/tmp` };
  });
}

/** `docker cp | tar` of so many small files out of a container that has ended. */
export function copyOut(count: number): Subject {
  return copying(`docker cp | tar, ${count.toLocaleString('en')} files`, folder => {
    const id = docker('create', '-w', '/w', 'busybox:latest', 'sh', '-c', manyFiles(count));
    docker('start', '-a', id);
    return { id, command: `docker cp ${id}:/w - | tar -C ${folder} -xf -` };
  });
}

/** A shell script that makes so many small files. */
export function manyFiles(count: number): string {
  return `i=0; while [ $i -lt ${count} ]; do echo "content $i" > f$i; i=$((i+1)); done`;
}

function copying(name: string, prepare: (folder: string) => { id: string; command: string }): Subject {
  return {
    name,
    async run(): Promise<Sample> {
      const folder = mkdtempSync(join(tmpdir(), 'windlass-copy-'));
      let container: string | undefined;
      try {
        const { id, command } = prepare(folder);
        container = id;
        const began = performance.now();
        execFileSync('sh', ['-c', command], { stdio: 'pipe' });
        return { wallMs: performance.now() - began };
      } finally {
        if (container !== undefined) docker('rm', '-f', container);
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
