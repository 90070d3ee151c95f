/** Text of a program for the eyes of people. */

/**
 * Control characters are shown, not obeyed: what a script says or how it names a file must not move our cursor. Line
 * ends and tabs stay. Colours (SGR) are let through where they are wanted, and left out elsewhere.
 */
export function printable(text: string, colors = false): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replaceAll(/\u001b\[[0-9;]*m|[\u0000-\u0008\u000b-\u001f\u007f]/g, found => {
    if (found.length > 1) return colors ? found : '';
    return found === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + found.charCodeAt(0));
  });
}
