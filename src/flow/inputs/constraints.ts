/** What an input's properties ask of a value that has its type already: limits, choices, patterns. */
import { Fault } from '../../expression/expression-error.ts';
import { matchesAll } from '../../expression/regex/java-regex.ts';
import { parseDuration } from '../../model/duration.ts';
import type { FlowInput } from '../../model/flow.ts';
import { isList, isNumeric, javaDoubleText, type Value } from '../../model/value.ts';
import { type DateText, parseDate, parseInstant, parseTime } from './date-texts.ts';
import { textOf } from './parse-value.ts';

const emailPattern = /^$|^[a-zA-Z0-9_!#$%&’*+/=?`{|}~^.-]+@[a-zA-Z0-9.-]+$/;

/** Kestra's reason why the value is refused, or undefined. `choices` are those of a SELECT, expressions rendered. */
export function constraintFault(
  input: FlowInput,
  value: Value,
  choices: readonly string[] | undefined,
): string | undefined {
  switch (input.type) {
    case 'STRING':
    case 'SECRET':
      return patternFault(input, textOf(value));
    case 'EMAIL':
      return emailPattern.test(textOf(value)) ? undefined : 'The input must be a valid email';
    case 'INT':
      return rangeFault(input, Number(textOf(value)), numberOf, textOf);
    case 'FLOAT':
      return rangeFault(input, Number(textOf(value)), numberOf, limit => javaDoubleText(numberOf(limit)));
    case 'DURATION':
      return rangeFault(input, Number(textOf(value)), secondsOf, textOf)?.replace(/^it/, 'It');
    case 'DATETIME':
      return spanFault(input, value, parseInstant);
    case 'DATE':
      return spanFault(input, value, parseDate);
    case 'TIME':
      return spanFault(input, value, parseTime);
    case 'ENUM':
    case 'SELECT':
      // An optional one takes any value: so Kestra does (conformance: input-select-optional-bad).
      return input.required ? choiceFault(input, [value], choices) : undefined;
    case 'MULTISELECT':
      return choiceFault(input, isList(value) ? value : [value], choices);
    default:
      return undefined;
  }
}

function patternFault({ properties }: FlowInput, text: string): string | undefined {
  const { validator } = properties;
  if (typeof validator !== 'string') return undefined;
  try {
    return matchesAll(text, validator) ? undefined : `it must match the pattern \`${validator}\``;
  } catch (error) {
    // Some patterns would take years on some texts.
    if (!(error instanceof Fault)) throw error;
    return `its validator cannot be used: ${error.message.replace(/\.$/, '')}`;
  }
}

function rangeFault(
  { properties: { min, max } }: FlowInput,
  value: number,
  read: (limit: Value) => number,
  show: (limit: Value) => string,
): string | undefined {
  if (min !== undefined && min !== null && value < read(min)) return `it must be more than \`${show(min)}\``;
  if (max !== undefined && max !== null && value > read(max)) return `it must be less than \`${show(max)}\``;
  return undefined;
}

function spanFault(
  { properties }: FlowInput,
  value: Value,
  parse: (text: string) => DateText | undefined,
): string | undefined {
  const { after, before } = properties;
  const moment = parse(textOf(value));
  if (!moment) return undefined;
  const order = (limit: Value | undefined) => (typeof limit === 'string' ? parse(limit)?.order : undefined);
  const [earliest, latest] = [order(after), order(before)];
  if (earliest !== undefined && moment.order < earliest) return `it must be after \`${after}\``;
  if (latest !== undefined && moment.order > latest) return `it must be before \`${before}\``;
  return undefined;
}

function choiceFault(
  { properties }: FlowInput,
  values: readonly Value[],
  choices: readonly string[] | undefined,
): string | undefined {
  if (properties.allowCustomValue === true || !choices) return undefined;
  if (values.every(value => choices.includes(textOf(value)))) return undefined;
  return `it must match the values \`[${choices.join(', ')}]\``;
}

function numberOf(limit: Value): number {
  return Number(textOf(limit));
}

function secondsOf(limit: Value): number {
  return isNumeric(limit) ? numberOf(limit) : parseDuration(textOf(limit)) / 1000;
}
