/** `windlass eval EXPRESSION`: renders an expression with a given context. */
import { createInterface } from 'node:readline';
import type { Config } from '../config/config.ts';
import { createTaint, render, renderTyped } from '../expression/index.ts';
import { type RenderContext, variablesOf } from '../expression/render-context.ts';
import { parseJson, writeJson } from '../model/json.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { evaluationServices } from './evaluation-services.ts';
import { exitCode } from './exit-code.ts';
import { readText } from './files.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import { readSettings, type SettingsOptions } from './settings.ts';

export interface EvalOptions extends SettingsOptions {
  readonly context?: string;
  readonly jsonl?: boolean;
}

export async function evaluate(
  expression: string | undefined,
  options: EvalOptions,
  { input, output, environment }: Invocation,
): Promise<number> {
  const { config } = readSettings(options, environment);
  const variables = options.context === undefined ? {} : await readContext(options.context);
  const context = () => renderContext(config, variables);
  if (options.jsonl) {
    for await (const line of createInterface({ input: input(), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() !== '') await output.stdout.push(`${writeJson(await row(line, context))}\n`);
    }
    return exitCode.success;
  }
  if (expression === undefined)
    throw new Refusal('bad-argument', 'Give an expression, such as: windlass eval "{{ 1 + 1 }}"');
  try {
    output.stdout.write(`${await render(expression, context())}\n`);
    return exitCode.success;
  } catch (error) {
    throw new Refusal('expression-error', (error as Error).message);
  }
}

/** `{render, typed}`, `{render, typedError}` or `{error}`. */
async function row(line: string, context: () => RenderContext): Promise<ValueMap> {
  try {
    const template = parseJson(line);
    if (typeof template !== 'string') return { error: 'each line must be a JSON string' };
    const text = await render(template, context());
    try {
      return { render: text, typed: await renderTyped(template, context()) };
    } catch (error) {
      return { render: text, typedError: (error as Error).message };
    }
  } catch (error) {
    return { error: (error as Error).message };
  }
}

async function readContext(path: string): Promise<ValueMap> {
  const text = readText(path, 'context');
  let context: Value;
  try {
    context = parseJson(text);
  } catch (error) {
    throw new Refusal('bad-argument', `${path} is not JSON: ${(error as Error).message}`);
  }
  if (!isMap(context)) throw new Refusal('bad-argument', `${path} must hold a JSON object: the variables by name.`);
  return context;
}

function renderContext(config: Config, variables: ValueMap): RenderContext {
  return {
    variables: variablesOf({ envs: config.envs, globals: config.globals, ...variables }),
    services: evaluationServices(config),
    taint: createTaint(),
    recursive: config.recursiveRendering,
  };
}
