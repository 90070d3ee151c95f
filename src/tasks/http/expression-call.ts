/** What the function `http()` of expressions does. */
import { parseJson, writeJson } from '../../model/json.ts';
import { isList, isMap, type Value } from '../../model/value.ts';
import { asText } from '../properties.ts';
import { decoder, readBody } from './body.ts';
import { addressOf, withDefaults } from './call.ts';
import { exchange } from './exchange.ts';
import { callOptions } from './options.ts';

/** As `Services.http` of expression/ gives it. `options` has query, body, contentType, headers, options, accept. */
export interface ExpressionRequest {
  readonly uri: string;
  readonly method: string;
  readonly options: Readonly<Record<string, Value>>;
}

/** The body of the response: parsed where it is JSON, else its text. @throws Error with a message for the user */
export async function callFromExpression({ uri, method, options }: ExpressionRequest): Promise<Value> {
  const url = addressOf(uri);
  const { query, body, contentType, headers, accept } = options;
  for (const [name, value] of isMap(query) ? Object.entries(query) : [])
    for (const each of isList(value) ? value : [value]) url.searchParams.append(name, asText(each));
  const how = callOptions(isMap(options.options) ? options.options : {});
  const given = isMap(headers) ? Object.entries(headers).map(([name, value]) => [name, asText(value)]) : [];
  const type = contentType === undefined ? 'application/json' : asText(contentType);
  const text = isMap(body) || isList(body) ? writeJson(body) : body === undefined ? undefined : asText(body);
  const response = await exchange(
    {
      url,
      method: method.toUpperCase(),
      headers: withDefaults(
        { ...(accept !== undefined && { Accept: asText(accept) }), ...Object.fromEntries(given) },
        text === undefined ? undefined : type,
        how,
      ),
      ...(text !== undefined && { body: Buffer.from(text) }),
    },
    how,
    undefined,
  );
  const answer = await readBody(response, decoder(response, how.charset), how.maxBytes);
  if (!how.accepts(response.code)) {
    throw new Error(`Failed http request with response code '${response.code}' from ${url}: ${answer.slice(0, 200)}`);
  }
  try {
    return parseJson(answer);
  } catch {
    return answer;
  }
}
