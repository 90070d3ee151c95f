/** Refusals of the operating system, for people. */

/** Its own words, without Node's code and call: `permission denied` of `EACCES: permission denied, open '/x'`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^E[A-Z0-9]+: (.*), \w+(?: '.*')?$/s, '$1');
}
