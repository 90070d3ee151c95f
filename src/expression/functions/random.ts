/** `randomInt(lower, upper)`: upper excluded; `randomPort()`: a TCP port that is free now. */
import { randomInt } from 'node:crypto';
import type { Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Args, ExpressionFunction } from '../invocable.ts';

/** What node:crypto's randomInt can span. */
const maxSpan = 2n ** 48n - 1n;

export const randomFunctions = {
  randomInt: { parameters: ['lower', 'upper'], call: randomWhole },
  // A key of its own for each place in the template: two calls are two ports.
  randomPort: { parameters: [], call: (_args, frame) => frame.answer(`randomPort ${frame.at}`, freePort) },
} satisfies Record<string, ExpressionFunction>;

function randomWhole([lower, upper]: Args): Value {
  const from = longArgument(lower, 'lower');
  const to = longArgument(upper, 'upper');
  if (to < from) throw new Fault("In 'randomIn()' upper is less than lower");
  if (to === from) return Number(from);
  if (to - from > maxSpan) throw new Fault(`In 'randomIn()' lower and upper are more than ${maxSpan} apart`);
  const drawn = from + BigInt(randomInt(Number(to - from)));
  return BigInt.asIntN(32, drawn) === drawn ? Number(drawn) : drawn;
}

/** Only a Long, such as a literal: an Integer is refused, as in Kestra. */
function longArgument(value: Value | undefined, name: string): bigint {
  if (value === undefined) throw new Fault(`The 'randomIn()' function expects an argument ${name}.`);
  if (typeof value === 'bigint') return value;
  throw new Fault(`The 'randomIn()' function expects an argument ${name} of type Long.`);
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
