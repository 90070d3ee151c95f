/** What a fake program does: written as the words of its command. */

export type Step =
  | { readonly kind: 'say' | 'complain'; readonly text: string }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'hang' | 'ignore-term' | 'fail-prepare' | 'lose' | 'run-out-of-memory' };

/**
 * Reads a command such as `['say', 'hello', 'sleep', '50', 'exit', '3']`:
 *
 * | words               | what happens |
 * |---------------------|--------------|
 * | `say TEXT`          | a line on stdout |
 * | `complain TEXT`     | a line on stderr |
 * | `sleep MS`          | goes on after MS milliseconds |
 * | `exit CODE`         | ends; without it the program ends with 0 after its last word |
 * | `hang`              | never goes on; only a stop ends it |
 * | `ignore-term`       | from here on only the end of a stop's grace ends it |
 * | `fail-prepare`      | `prepare` refuses with `never-started` |
 * | `lose`              | ends as `deleted-outside` |
 * | `run-out-of-memory` | ends as `out-of-memory` |
 *
 * @throws Error for another word, or one without its argument.
 */
export function readScript(argv: readonly string[]): Step[] {
  const steps: Step[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index];
    switch (word) {
      case 'say':
      case 'complain':
        steps.push({ kind: word, text: argument() });
        break;
      case 'sleep':
        steps.push({ kind: word, ms: number() });
        break;
      case 'exit':
        steps.push({ kind: word, code: number() });
        break;
      case 'hang':
      case 'ignore-term':
      case 'fail-prepare':
      case 'lose':
      case 'run-out-of-memory':
        steps.push({ kind: word });
        break;
      default:
        throw new Error(`The fake runner does not know the word '${word}'.`);
    }
    function argument(): string {
      index += 1;
      const text = argv[index];
      if (text === undefined) throw new Error(`The fake runner misses what follows '${word}'.`);
      return text;
    }
    function number(): number {
      const text = argument();
      if (!/^\d+$/.test(text)) throw new Error(`The fake runner wants a number behind '${word}', not '${text}'.`);
      return Number(text);
    }
  }
  return steps;
}
