/**
 * From what was given and what the flow declares to the typed inputs of an execution. The order and the messages are
 * those of Kestra's `FlowInputOutput`, but for one thing: all that is wrong is said at once.
 */
import { encryptedValue } from '../../model/encryption.ts';
import type { Flow, FlowInput } from '../../model/flow.ts';
import { reasonOf } from '../../model/system-error.ts';
import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts';
import { isExpression } from '../check/judge-issue.ts';
import { type DataType, isDataType } from '../schema/data-types.ts';
import { constraintFault } from './constraints.ts';
import { nestDotted } from './input-variables.ts';
import { LocalFile } from './local-file.ts';
import { parseValue, textOf } from './parse-value.ts';

/** A value as given: already typed, text from a command line, or a file on this machine. */
export type GivenInput = Value | LocalFile;

/** What resolving needs of the rest. */
export interface InputContext {
  /** Renders a whole template keeping the value's type. `variables` has `inputs`, as far as it may be seen. */
  render(template: string, variables: ValueMap): Promise<Value>;
  /** Stores a file and gives its `kestra:///` URI. */
  storeFile(inputId: string, localPath: string): Promise<string>;
  /** Encrypts a SECRET; absent when no key is configured. */
  readonly encrypt?: (text: string) => string;
}

/** What is wrong with one input; the message is for the user. */
export interface InputViolation {
  /** The input's id. */
  readonly path: string;
  readonly message: string;
  /** The type of an input that is required and was not given. */
  readonly missing?: string;
}

type Resolution =
  | { readonly kind: 'value'; readonly value: Value; readonly stored: Value }
  | { readonly kind: 'disabled' }
  | { readonly kind: 'refused'; readonly message?: string; readonly missing?: string };

/**
 * The inputs of an execution, or everything that is wrong with what was given. Inputs that the flow does not declare
 * are dropped; one whose `dependsOn` does not hold is left out; an optional one without value is null. A SECRET is
 * kept encrypted as `{type, value}`.
 */
export async function resolveInputs(
  flow: Pick<Flow, 'inputs'>,
  given: Readonly<Record<string, GivenInput>>,
  context: InputContext,
): Promise<{ readonly inputs: ValueMap } | { readonly violations: readonly InputViolation[] }> {
  const resolver = new InputResolver(flow.inputs, given, context);
  const stored = new Map<string, Value>();
  const violations: InputViolation[] = [];
  for (const input of flow.inputs) {
    const resolution = await resolver.resolve(input);
    if (resolution.kind === 'value') stored.set(input.id, resolution.stored);
    if (resolution.kind === 'refused' && resolution.message !== undefined) {
      const { message, missing } = resolution;
      violations.push({ path: input.id, message, ...(missing !== undefined && { missing }) });
    }
  }
  return violations.length > 0 ? { violations } : { inputs: nestDotted(stored) };
}

class InputResolver {
  readonly #byId: ReadonlyMap<string, FlowInput>;
  readonly #given: Readonly<Record<string, GivenInput>>;
  readonly #context: InputContext;
  readonly #done = new Map<string, Promise<Resolution>>();

  constructor(inputs: readonly FlowInput[], given: Readonly<Record<string, GivenInput>>, context: InputContext) {
    this.#byId = new Map(inputs.map(input => [input.id, input]));
    this.#given = given;
    this.#context = context;
  }

  resolve(input: FlowInput): Promise<Resolution> {
    const known = this.#done.get(input.id);
    if (known) return known;
    const resolution = this.#resolve(input);
    this.#done.set(input.id, resolution);
    return resolution;
  }

  async #resolve(input: FlowInput): Promise<Resolution> {
    // Kestra fills in those with a default, before that is known: they are null. Others are not there.
    const withDefault = [...this.#byId.values()].filter(other => (other.defaults ?? null) !== null);
    const visible = new Map<string, Value>(withDefault.map(({ id }) => [id, null]));
    let enabled = true;
    for (const id of input.dependsOn?.inputs ?? []) {
      const needed = this.#byId.get(id);
      if (!needed || id === input.id) continue;
      const resolution = await this.resolve(needed);
      // Its own problem is told already.
      if (resolution.kind === 'refused') return { kind: 'refused' };
      if (resolution.kind === 'disabled') enabled = false;
      else visible.set(id, resolution.value);
    }
    const variables: ValueMap = { inputs: nestDotted(visible) };
    if (enabled && input.dependsOn?.condition !== undefined) {
      const condition = await this.#render(input.dependsOn.condition, variables);
      if ('fault' in condition) return { kind: 'refused', message: `Invalid condition: ${condition.fault}` };
      enabled = condition.value === true || condition.value === 'true';
    }
    return enabled ? this.#value(input, variables) : { kind: 'disabled' };
  }

  async #value(input: FlowInput, variables: ValueMap): Promise<Resolution> {
    const refuse = (reason: string, received: string) =>
      ({ kind: 'refused', message: invalid(input.id, reason, received) }) as const;
    const choices = await this.#choices(input, variables);
    if ('fault' in choices) return refuse(choices.fault, String(input.properties.expression));
    const given = Object.hasOwn(this.#given, input.id) ? this.#given[input.id] : undefined;
    if (given instanceof LocalFile) {
      if (input.type === 'FILE') return this.#file(input, given.path);
      // Of any other type, `-i user=@name` is the text.
      return this.#typed(input, `@${given.written}`, choices.values);
    }
    let value = given ?? null;
    if (value === null) {
      const defaults = await this.#defaults(input, variables);
      if ('fault' in defaults) return refuse(defaults.fault, textOf(input.defaults ?? null));
      value = defaults.value;
    }
    if (value === null && input.properties.autoSelectFirst === true && choices.values?.[0] !== undefined) {
      value = input.type === 'MULTISELECT' ? [choices.values[0]] : choices.values[0];
    }
    if (value !== null) return this.#typed(input, value, choices.values);
    if (!input.required) return { kind: 'value', value: null, stored: null };
    return { ...refuse('missing required input', 'null'), missing: input.type };
  }

  #typed(input: FlowInput, value: Value, choices: readonly string[] | undefined): Resolution {
    const received = input.type === 'SECRET' ? '******' : textOf(value);
    const refuse = (reason: string): Resolution => ({ kind: 'refused', message: invalid(input.id, reason, received) });
    const type = input.type as DataType;
    const { itemType } = input.properties;
    const parsed = parseValue(type, value, typeof itemType === 'string' && isDataType(itemType) ? itemType : undefined);
    if ('fault' in parsed) {
      if (parsed.complete) return { kind: 'refused', message: `Invalid input for \`${input.id}\`, ${parsed.fault}` };
      return refuse(parsed.fault);
    }
    const fault = constraintFault(input, parsed.value, choices);
    if (fault !== undefined) return refuse(fault);
    if (type !== 'SECRET') return { kind: 'value', value: parsed.value, stored: parsed.value };
    if (!this.#context.encrypt) {
      return refuse(
        'Unable to use a `SECRET` input/output as encryption is not configured: set kestra.encryption.secret-key in the configuration',
      );
    }
    return { kind: 'value', value: parsed.value, stored: encryptedValue(this.#context.encrypt(textOf(parsed.value))) };
  }

  async #file(input: FlowInput, path: string): Promise<Resolution> {
    const { allowedFileExtensions } = input.properties;
    const allowed = isList(allowedFileExtensions) ? allowedFileExtensions.map(String) : [];
    if (allowed.length > 0 && !allowed.some(extension => path.toLowerCase().endsWith(extension.toLowerCase()))) {
      return {
        kind: 'refused',
        message: invalid(input.id, `its name must end in one of \`${allowed.join(', ')}\``, path),
      };
    }
    try {
      const uri = await this.#context.storeFile(input.id, path);
      return { kind: 'value', value: uri, stored: uri };
    } catch (error) {
      return { kind: 'refused', message: invalid(input.id, `Can't upload file: ${reasonOf(error)}`, path) };
    }
  }

  async #defaults(
    input: FlowInput,
    variables: ValueMap,
  ): Promise<{ readonly value: Value } | { readonly fault: string }> {
    try {
      return { value: await this.#renderDeep(input.defaults ?? null, variables) };
    } catch (error) {
      return { fault: (error as Error).message };
    }
  }

  async #renderDeep(value: Value, variables: ValueMap): Promise<Value> {
    if (isExpression(value)) return this.#context.render(String(value), variables);
    if (isList(value)) return Promise.all(value.map(item => this.#renderDeep(item, variables)));
    if (!isMap(value)) return value;
    const entries = Object.entries(value).map(
      async ([key, item]) => [key, await this.#renderDeep(item, variables)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  async #render(
    template: string,
    variables: ValueMap,
  ): Promise<{ readonly value: Value } | { readonly fault: string }> {
    try {
      return { value: isExpression(template) ? await this.#context.render(template, variables) : template };
    } catch (error) {
      return { fault: (error as Error).message };
    }
  }

  /** The values of a SELECT: listed, or what its expression gives. */
  async #choices(
    input: FlowInput,
    variables: ValueMap,
  ): Promise<{ readonly values: readonly string[] | undefined } | { readonly fault: string }> {
    const { values, options, expression } = input.properties;
    const listed = values ?? options;
    if (isList(listed)) return { values: listed.map(textOf) };
    if (typeof expression !== 'string') return { values: undefined };
    const rendered = await this.#render(expression, variables);
    if ('fault' in rendered) return rendered;
    const parsed = parseValue('MULTISELECT', rendered.value);
    if ('fault' in parsed || !isList(parsed.value)) return { fault: 'its `expression` must give a list' };
    return { values: parsed.value.map(textOf) };
  }
}

function invalid(id: string, reason: string, received: string): string {
  return `Invalid input for \`${id}\`, ${reason}, but received \`${received}\``;
}
