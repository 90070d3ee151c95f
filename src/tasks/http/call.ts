/** From the properties of an HTTP task to its request. */
import { renderDeep } from '../../expression/index.ts';
import { writeJson } from '../../model/json.ts';
import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts';
import { asText, mapProperty, requiredText, textMapProperty, textProperty } from '../properties.ts';
import { type TaskContext, TaskError } from '../task-type.ts';
import { exchange, type HttpRequest, type HttpResponse } from './exchange.ts';
import { type CallOptions, callOptions } from './options.ts';

export interface Call {
  readonly request: HttpRequest;
  readonly options: CallOptions;
}

export async function readCall(context: TaskContext): Promise<Call> {
  const { expressions } = context;
  const { properties } = context.task;
  const options = callOptions(await mapProperty('options', properties.options, expressions), {
    sslOptions: await mapProperty('sslOptions', properties.sslOptions, expressions),
    allowFailed: (await textProperty(properties.allowFailed, expressions)) ?? null,
  });
  const url = addressOf(await requiredText('uri', properties.uri, expressions));
  for (const [name, value] of Object.entries(await textMapProperty('params', properties.params, expressions)))
    url.searchParams.append(name, value);
  const contentType = (await textProperty(properties.contentType, expressions)) ?? 'application/json';
  const { body, type } = await bodyOf(context, contentType);
  return {
    request: {
      url,
      method: ((await textProperty(properties.method, expressions)) ?? 'GET').toUpperCase(),
      headers: withDefaults(await textMapProperty('headers', properties.headers, expressions), type, options),
      ...(body && { body }),
    },
    options,
  };
}

/** Sends it; a code that is not taken fails the task, with the beginning of what the server said. */
export async function send({ request, options }: Call, context: TaskContext): Promise<HttpResponse> {
  const response = await exchange(request, options, context.signal);
  if (options.accepts(response.code)) return response;
  const said = (await beginning(response)).trim();
  throw new TaskError(
    `Failed http request with response code '${response.code}' from ${response.url}${said === '' ? '' : ` and body: ${said}`}`,
  );
}

/** @throws TaskError */
export function addressOf(text: string): URL {
  const address = text.trim().replaceAll(' ', '%20');
  if (!URL.canParse(address)) throw new TaskError(`The property uri must be an address, but it is "${text}".`);
  return new URL(address);
}

/** Headers that the user gives win over those that follow from the rest. */
export function withDefaults(
  given: Readonly<Record<string, string>>,
  contentType: string | undefined,
  { authorization }: Pick<CallOptions, 'authorization'>,
): Readonly<Record<string, string>> {
  const names = new Set(Object.keys(given).map(name => name.toLowerCase()));
  return {
    ...(!names.has('accept') && { Accept: '*/*' }),
    ...(!names.has('user-agent') && { 'User-Agent': 'Windlass' }),
    ...(contentType !== undefined && !names.has('content-type') && { 'Content-Type': contentType }),
    ...(authorization !== undefined && !names.has('authorization') && { Authorization: authorization }),
    ...given,
  };
}

async function bodyOf(context: TaskContext, contentType: string): Promise<{ body?: Uint8Array; type: string }> {
  const { expressions } = context;
  const { body, formData } = context.task.properties;
  const fields = await mapProperty('formData', formData, expressions);
  if (Object.keys(fields).length > 0) {
    if (contentType === 'multipart/form-data') return multipart(fields, context);
    const form = new URLSearchParams(
      Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, asText(value)])),
    );
    return { body: Buffer.from(form.toString()), type: 'application/x-www-form-urlencoded' };
  }
  if (body === undefined || body === null) return { type: contentType };
  const rendered = await renderDeep(body, expressions);
  const text = isMap(rendered) || isList(rendered) ? writeJson(rendered) : asText(rendered);
  return { body: Buffer.from(text), type: contentType };
}

/** Form fields and files as Node's own encoder writes them; files are read into memory. */
async function multipart(fields: ValueMap, { storage }: TaskContext): Promise<{ body: Uint8Array; type: string }> {
  const form = new FormData();
  const file = async (uri: string) => new Blob([Buffer.concat(await (await storage.get(uri)).toArray())]);
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string' && value.startsWith('kestra://')) {
      form.append(name, await file(value), decodeURIComponent(value.slice(value.lastIndexOf('/') + 1)));
    } else if (isFile(value)) form.append(name, await file(asText(value.content)), asText(value.name));
    else form.append(name, asText(value));
  }
  const encoded = new Response(form);
  return {
    body: new Uint8Array(await encoded.arrayBuffer()),
    type: encoded.headers.get('content-type') ?? 'multipart/form-data',
  };
}

function isFile(value: Value): value is { readonly name: Value; readonly content: Value } {
  return isMap(value) && value.name !== undefined && value.content !== undefined;
}

/** At most a kilobyte of the body; the rest is not waited for. */
async function beginning({ body }: HttpResponse): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      pieces.push(chunk);
      size += chunk.length;
      if (size >= 1024) break;
    }
  } catch {
    // What it said of its failure is only a help.
  }
  return Buffer.concat(pieces).toString('utf8', 0, 1024);
}
