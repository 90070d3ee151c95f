import { expect, test } from 'vitest';
import { folded } from '../../src/cli/terminal/fold.ts';

test('lines go on below where they began, colours take no room, and long words stay whole', () => {
  const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
  expect(folded(`${red('aaa')} ${red('bbb')} ccc\n  ddd eee fff\n\n${'g'.repeat(20)} h\n`, 9)).toBe(
    `${red('aaa')} ${red('bbb')}\nccc\n  ddd eee\n  fff\n\n${'g'.repeat(20)}\nh\n`,
  );
  expect(folded('aaa bbb ccc', 9, 2)).toBe('aaa bbb\n  ccc');
});
