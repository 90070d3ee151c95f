/** Which Python will run a script. */
import { runLocalProgram } from '../local-program.ts';

/** The names under which a local Python is looked for, in this order; a wanted version comes first. */
export function pythonPrograms(version: unknown): readonly string[] {
  const wanted = typeof version === 'string' && /^\d+(\.\d+)?$/.test(version) ? [`python${version}`] : [];
  return [...wanted, 'python', 'python3'];
}

/** `3.12` of the property, else of an image such as `python:3.12.1-slim`; undefined where neither tells. */
export function targetVersion(version: string | undefined, image: string | undefined): string | undefined {
  const text = version ?? /(?:^|\/)python:(\d+\.\d+)/.exec(image ?? '')?.[1];
  return text === undefined ? undefined : (/^\d+\.\d+/.exec(text)?.[0] ?? text);
}

/** The first Python of this machine that answers, with its version as `3.12`. */
export async function localPython(
  version: string | undefined,
  where: { readonly workDir: string; readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<{ readonly program: string; readonly version: string } | undefined> {
  for (const program of pythonPrograms(version)) {
    const question = 'import sys; print("%d.%d" % sys.version_info[:2])';
    const end = await runLocalProgram([program, '-c', question], { ...where, cwd: where.workDir });
    if (end.kind === 'ended' && end.code === 0) return { program, version: end.stdout.trim() };
  }
  return undefined;
}
