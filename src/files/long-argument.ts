/** Arguments that are too long for the system, such as a large script behind `sh -c`. */
import { shellQuote } from './shell-quote.ts';

/** Linux passes no single argument of 128 KiB or more (MAX_ARG_STRLEN, execve(2)): E2BIG. The terminating zero counts. */
export const argumentLimit = 128 * 1024 - 1;

/** Arguments that the system takes, with the files that they speak of. */
export type Fitted =
  | { readonly argv: readonly string[]; readonly files: readonly { readonly path: string; readonly text: string }[] }
  /** The place of an argument that is no script. */
  | { readonly tooLong: number };

/**
 * Puts each script that is too long into a file and lets the interpreter read it there:
 *
 * - a shell's `-c SCRIPT` becomes `-c '. FILE'`: `$0`, the arguments and `set -e` mean the same;
 * - Python's `-c SCRIPT` becomes `-c 'exec(…FILE…)'`: `sys.argv` stays, and modules are still found in the working
 *   directory;
 * - another interpreter's `-c SCRIPT` or `-e SCRIPT` becomes `FILE`.
 *
 * @param fileFor the path of the file for the argument at this place.
 */
export function fitArguments(argv: readonly string[], fileFor: (index: number) => string): Fitted {
  const fitted: string[] = [];
  const files: { path: string; text: string }[] = [];
  for (const [index, argument] of argv.entries()) {
    // A character has at most three bytes of UTF-8 for each of its UTF-16 units.
    if (argument.length * 3 <= argumentLimit || Buffer.byteLength(argument) <= argumentLimit) {
      fitted.push(argument);
      continue;
    }
    const flag = fitted.at(-1) ?? '';
    if (!/^-[a-zA-Z]*[ce]$/.test(flag)) return { tooLong: index };
    const path = fileFor(index);
    files.push({ path, text: argument });
    const interpreter = fitted.findLast(word => !word.startsWith('-'))?.replace(/^.*\//, '') ?? '';
    if (/^(ba|da|a|z|k|mk|)sh$/.test(interpreter)) fitted.push(`. ${shellQuote(path)}`);
    else if (/^(python|pypy)[\d.]*$/.test(interpreter)) {
      fitted.push(`exec(compile(open(${JSON.stringify(path)}, 'rb').read(), '<string>', 'exec'))`);
    } else fitted.splice(-1, 1, path);
  }
  return { argv: fitted, files };
}
