/** `fromJson` (old name `json`), `fromIon`, `yaml`: texts to values. */
import { parseJson } from '../../model/json.ts';
import type { Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { type Args, type ExpressionFunction, missingArgument } from '../invocable.ts';
import { ionModule, yamlModule } from '../lazy-modules.ts';
import { optionalBoolean } from '../typed-arguments.ts';

export const dataFunctions = {
  json: { parameters: ['json'], call: args => fromJson(args, 'json') },
  fromJson: { parameters: ['json'], call: args => fromJson(args, 'fromJson') },
  fromIon: { parameters: ['ion', 'allRows'], call: fromIon },
  yaml: { parameters: ['yaml'], call: fromYaml },
} satisfies Record<string, ExpressionFunction>;

function fromJson([json]: Args, name: string): Value {
  const text = textArgument(json, name, 'json');
  if (text === null) return null;
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Fault(`Invalid json: ${withoutSource(error.message)}`);
  }
}

/** JavaScript's message quotes the text, which may be secret. */
function withoutSource(message: string): string {
  return message.replace(/,? *(?:\.\.\.)?"[\s\S]*" is not valid JSON/, ' is not valid JSON');
}

function fromIon([ion, allRows]: Args): Value {
  const text = textArgument(ion, 'fromIon', 'ion');
  if (text === null) return null;
  const all = optionalBoolean(allRows, 'allRows') ?? false;
  const { readIon, readIonRows } = ionModule();
  try {
    return all ? readIonRows(text) : readIon(text);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || !(error instanceof Error)) throw error;
    throw new Fault(error.message, { cause: error });
  }
}

function fromYaml([yaml]: Args): Value {
  const text = textArgument(yaml, 'yaml', 'yaml');
  if (text === null) throw new Fault("The 'yaml' function expects an argument 'yaml' with type string.");
  return yamlModule().readYaml(text);
}

function textArgument(value: Value | undefined, name: string, argument: string): string | null {
  if (value === undefined) throw missingArgument('function', name, argument);
  if (value === null || typeof value === 'string') return value;
  throw new Fault(`The '${name}' function expects an argument '${argument}' with type string.`);
}
