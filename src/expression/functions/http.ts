/** `http(uri, method, …)`: the parsed body of a response. */

import { writeJson } from '../../model/json.ts';
import type { Value } from '../../model/value.ts';
import { type ExpressionFunction, missingArgument } from '../invocable.ts';
import { optionalText } from '../typed-arguments.ts';

const optionNames = ['query', 'body', 'contentType', 'headers', 'options', 'accept'];

export const httpFunction: ExpressionFunction = {
  parameters: ['uri', 'method', ...optionNames],
  call([address, verb, ...rest], frame) {
    const uri = optionalText(address, 'uri');
    if (uri === undefined) throw missingArgument('function', 'http', 'uri');
    const method = optionalText(verb, 'method') ?? 'GET';
    const given = optionNames.flatMap((name, i): [string, Value][] => {
      const value = rest[i];
      return value === undefined || value === null ? [] : [[name, value]];
    });
    const request = { uri, method, options: Object.fromEntries(given) };
    const http = frame.service('http', 'http');
    return frame.answer(`http ${writeJson(request)}`, () => http(request));
  },
};
