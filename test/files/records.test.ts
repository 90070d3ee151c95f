import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordsOf } from '../../src/files/records.ts';

it('recordsOf gives the same records however the bytes are cut', async () => {
  const text = fc.array(fc.constantFrom('a', 'b', '-', '--', '--;', ';'), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.constantFrom('-', '--', '--;'),
      fc.integer({ min: 1, max: 5 }),
      async (parts, separator, size) => {
        const whole = parts.join('');
        const expected = whole.split(separator);
        if (expected.at(-1) === '') expected.pop();
        async function* chunks() {
          for (let offset = 0; offset < whole.length; offset += size)
            yield Buffer.from(whole.slice(offset, offset + size));
        }
        const found: string[] = [];
        for await (const record of recordsOf(chunks(), Buffer.from(separator))) found.push(record.toString());
        expect(found).toEqual(expected);
      },
    ),
  );
});
