/** `render(toRender, recursive=true)` and `renderOnce(toRender)`: values that hold expressions themselves. */
import { isList, isMap, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Frame } from '../frame.ts';
import { type ExpressionFunction, missingArgument } from '../invocable.ts';

export const renderFunctions = {
  render: {
    parameters: ['toRender', 'recursive'],
    call([toRender, recursive = true], frame) {
      if (toRender === undefined) throw missingArgument('function', 'render', 'toRender');
      if (recursive !== null && typeof recursive !== 'boolean') {
        throw new Fault("The 'render' function expects an optional argument 'recursive' with type boolean.");
      }
      return renderValue(toRender, frame, recursive ?? true);
    },
  },
  renderOnce: {
    parameters: ['toRender'],
    call([toRender], frame) {
      if (toRender === undefined) throw missingArgument('function', 'render', 'toRender');
      return renderValue(toRender, frame, false);
    },
  },
} satisfies Record<string, ExpressionFunction>;

/** Texts in lists and maps too, keys included; of keys that become equal the first wins. */
function renderValue(value: Value, frame: Frame, recursive: boolean): Value {
  if (typeof value === 'string') return frame.renderText(value, frame, recursive);
  if (isList(value)) return value.map(item => renderValue(item, frame, recursive));
  if (!isMap(value)) return value;
  const entries = new Map<string, Value>();
  for (const [key, item] of Object.entries(value)) {
    const name = String(frame.renderText(key, frame, false));
    const rendered = renderValue(item, frame, recursive);
    if (!entries.has(name)) entries.set(name, rendered);
  }
  return Object.fromEntries(entries);
}
