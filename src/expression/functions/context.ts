/** `printContext()` and `fetchContext()`: all variables. */
import type { ExpressionFunction } from '../invocable.ts';
import { ofClass } from '../java-values.ts';

const contextFunction: ExpressionFunction = {
  parameters: [],
  call(_args, frame) {
    const entries = [...frame.names()].map(name => [name, frame.variable(name) ?? null] as const);
    return ofClass(Object.fromEntries(entries), 'java.util.HashMap');
  },
};

export const contextFunctions = { printContext: contextFunction, fetchContext: contextFunction };
