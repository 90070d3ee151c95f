/** Sizes as flows write them: `512MB`, `0.5GB`, `512000KB`, `1048576`. */

const units: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/**
 * Bytes of a size in any case, with units of 1024; a plain number is bytes. Kestra's own reader takes whole numbers
 * only, while its documentation writes `0.5GB`. Undefined for anything else.
 */
export function parseSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?(?:([kmgt])i?)?b?$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const bytes = Math.round(Number(digits) * (units[unit.toLowerCase()] ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
