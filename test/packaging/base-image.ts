/** An image with Node 24, made of a local one: no registry is needed. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Writes the build context of the image into `folder`: this Node with the libraries that it is linked to. */
export function writeNodeContext(folder: string): void {
  const linked = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  // What belongs to the C library comes with the image.
  const libraries = [...linked.matchAll(/(\/\S+\/(?:libstdc\+\+|libgcc_s)\.so\S*)/g)].flatMap(([, path]) => path ?? []);
  mkdirSync(join(folder, 'lib'), { recursive: true });
  for (const path of libraries) cpSync(realpathSync(path), join(folder, 'lib', basename(path)));
  cpSync(process.execPath, join(folder, 'node'));
  const lines = [
    'FROM windlass-python:latest',
    'COPY node /usr/local/bin/node',
    'COPY lib /usr/local/lib',
    'ENV LD_LIBRARY_PATH=/usr/local/lib PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ];
  writeFileSync(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
}
