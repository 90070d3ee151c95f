/** `--label key:value`. */
import type { Label } from '../model/flow.ts';
import { Refusal } from './refusal.ts';

export function parseLabelArgument(text: string): Label {
  const colon = text.indexOf(':');
  const key = text.slice(0, colon).trim();
  const value = text.slice(colon + 1).trim();
  if (colon < 1 || key === '' || value === '')
    throw new Refusal('bad-argument', `--label ${text}: write it as key:value, such as team:data.`);
  if (key.startsWith('system.'))
    throw new Refusal('bad-argument', `--label ${text}: labels that begin with 'system.' are set by Windlass itself.`);
  return { key, value };
}
