/** The names that JSON and expressions have for values that Python calls otherwise. */

const names = 'true, false, null = True, False, None';

/**
 * The script with `true`, `false` and `null` defined, so that `flag = {{ inputs.flag }}` and JSON of an expression are
 * valid Python, as in Kestra (python.Script puts three lines before every script). A script without these words stays
 * as it is; else the definition shares a line, so that tracebacks name the right ones.
 */
export function withJsonNames(script: string): string {
  if (!/\b(?:true|false|null)\b/.test(script)) return script;
  const lines = script.split('\n');
  // Nothing but these may come before them: a definition goes behind.
  const future = lines.findLastIndex(line => /^from __future__ import [\w, ]+\r?$/.test(line));
  if (future >= 0) return lines.with(future, `${lines[future]?.trimEnd()}; ${names}`).join('\n');
  const [first = ''] = lines;
  if (/^\s*(?:#|$)/.test(first)) return lines.with(0, `${names} ${first.trim()}`.trimEnd()).join('\n');
  // A statement with a body cannot follow on the same line.
  const separator = /^(?:@|(?:async|class|def|for|if|match|try|while|with)\b)/.test(first) ? '\n' : '; ';
  return `${names}${separator}${script}`;
}
