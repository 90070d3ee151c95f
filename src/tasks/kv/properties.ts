/** Properties that the tasks on keys share. */
import { z } from 'zod';
import type { RenderContext } from '../../expression/index.ts';
import type { Flow } from '../../model/flow.ts';
import type { Value } from '../../model/value.ts';
import { textProperty } from '../properties.ts';

export function kvKey(): z.ZodString {
  return z.string().meta({ title: 'The key' });
}

export function kvNamespace(): z.ZodOptional<z.ZodString> {
  return z.string().optional().meta({ title: 'The namespace of the key', default: '{{ flow.namespace }}' });
}

/** The namespace that a task names, else the flow's own. */
export async function namespaceOf(
  property: Value | undefined,
  flow: Pick<Flow, 'namespace'>,
  expressions: RenderContext,
): Promise<string> {
  const given = (await textProperty(property, expressions))?.trim();
  return given === undefined || given === '' ? flow.namespace : given;
}
