/** The namespace of the flow that the expression belongs to. */
import { isMap } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Frame } from '../frame.ts';

/** @throws Fault where the context has no `flow.namespace`. */
export function flowNamespace(frame: Frame, functionName: string): string {
  const flow = frame.variable('flow');
  const namespace = isMap(flow) && Object.hasOwn(flow, 'namespace') ? flow.namespace : undefined;
  if (typeof namespace === 'string') return namespace;
  throw new Fault(`The '${functionName}' function needs a flow: 'flow.namespace' is not known here.`);
}
