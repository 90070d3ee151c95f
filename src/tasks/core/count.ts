import { z } from 'zod';
import { isTruthy, render, variablesOf } from '../../expression/index.ts';
import { isList, isMap, type Value } from '../../model/value.ts';
import { asText, textListProperty, textProperty } from '../properties.ts';
import { textList } from '../property-schemas.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';

interface FlowName {
  readonly namespace: string;
  readonly flowId: string;
}

/** Counts the executions of flows; gives those flows for whose count an expression holds. */
export const count: RunnableTaskType = {
  type: 'io.kestra.plugin.core.execution.Count',
  aliases: ['io.kestra.core.tasks.executions.Counts'],
  title: 'Count executions',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      flows: z
        .array(z.strictObject({ namespace: z.string(), flowId: z.string().optional(), id: z.string().optional() }))
        .optional()
        .meta({ title: 'The flows to count' }),
      namespaces: textList().optional().meta({ title: 'Namespaces whose flows are counted, with those below' }),
      states: textList().optional().meta({ title: 'Only executions in these states' }),
      startDate: z.string().optional().meta({ title: 'Only those that began then or later' }),
      endDate: z.string().optional().meta({ title: 'Only those that began before' }),
      expression: z
        .string()
        .meta({ title: 'Which flows are given', description: 'It sees `count`: {{ count == 0 }}.' }),
    }),
  async run({ task: { properties }, expressions, history }) {
    const date = async (name: string, fallback: number) => {
      const text = await textProperty(properties[name], expressions);
      if (text === undefined) return fallback;
      const at = Date.parse(text);
      if (Number.isNaN(at)) throw new TaskError(`The property ${name} must be a date, but it is "${text}".`);
      return at;
    };
    const [from, to] = [
      await date('startDate', Number.NEGATIVE_INFINITY),
      await date('endDate', Number.POSITIVE_INFINITY),
    ];
    const states = new Set(await textListProperty('states', properties.states, expressions));
    const namespaces = await textListProperty('namespaces', properties.namespaces, expressions);
    const flows = await flowsOf(properties.flows, text => render(text, expressions));
    const counts = new Map(flows.map(flow => [nameOf(flow), { ...flow, count: 0 }]));
    for (const execution of await history.executions()) {
      const began = Date.parse(execution.startDate);
      if (began < from || began >= to || (states.size > 0 && !states.has(execution.state))) continue;
      const known = counts.get(nameOf(execution));
      const below = (namespace: string) => `${execution.namespace}.`.startsWith(`${namespace}.`);
      if (known) known.count += 1;
      else if (flows.length === 0 && (namespaces.length === 0 || namespaces.some(below))) {
        counts.set(nameOf(execution), { namespace: execution.namespace, flowId: execution.flowId, count: 1 });
      }
    }
    const results: { readonly namespace: string; readonly flowId: string; readonly count: number }[] = [];
    for (const each of counts.values()) {
      const context = { ...expressions, variables: variablesOf({ count: each.count }, expressions.variables) };
      if (isTruthy(await render(String(properties.expression), context))) results.push(each);
    }
    const total = results.reduce((sum, each) => sum + each.count, 0);
    return { state: 'SUCCESS', outputs: { results: results.map(each => ({ ...each })), total } };
  },
};

async function flowsOf(
  property: Value | undefined,
  rendered: (text: string) => Promise<string>,
): Promise<readonly FlowName[]> {
  if (property === undefined || property === null) return [];
  if (!isList(property)) throw new TaskError('The property flows must be a list.');
  const flows: FlowName[] = [];
  for (const item of property) {
    if (!isMap(item)) throw new TaskError('Each of flows must be a map with namespace and flowId.');
    const text = (value: Value | undefined) => rendered(asText(value ?? null));
    flows.push({ namespace: await text(item.namespace), flowId: await text(item.flowId ?? item.id) });
  }
  return flows;
}

function nameOf({ namespace, flowId }: FlowName): string {
  return `${namespace}/${flowId}`;
}
