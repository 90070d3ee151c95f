/** A context to render with: variables, and services as the test needs them. */
import { createTaint, type RenderContext, type Services, variablesOf } from '../../src/expression/index.ts';
import type { ValueMap } from '../../src/model/value.ts';

export function contextOf(variables: ValueMap = {}, services: Services = {}): RenderContext {
  return { variables: variablesOf(variables), services, taint: createTaint() };
}
