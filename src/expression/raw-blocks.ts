/**
 * `{% raw %}…{% endraw %}`, which Kestra takes out before Pebble sees the template and puts back after. Its pattern
 * does not cross lines; `verbatim` does.
 */
const rawBlock = /\{%-*\s*raw\s*-*%\}(.*?)\{%-*\s*endraw\s*-*%\}/g;

export interface Withheld {
  readonly template: string;
  restore(rendered: string): string;
}

/** The template with marks in place of its raw blocks. */
export function withholdRaw(template: string): Withheld {
  if (!template.includes('endraw')) return { template, restore: rendered => rendered };
  const mark = unusedMark(template);
  const blocks: string[] = [];
  // As long as the block itself, so that positions in errors stay true.
  const marked = template.replace(rawBlock, block => {
    const label = `${mark}${blocks.push(block) - 1}`;
    return `${label.padEnd(block.length - 1, '_')};`;
  });
  const marks = new RegExp(`${mark}(\\d+)_*;`, 'g');
  return {
    template: marked,
    restore: rendered => rendered.replace(marks, (whole, index: string) => blocks[Number(index)] ?? whole),
  };
}

/** The text without the tags of raw blocks: the last step of rendering. */
export function stripRawTags(rendered: string): string {
  return rendered.includes('endraw') ? rendered.replace(rawBlock, '$1') : rendered;
}

/** Letters only: it must survive inside of string literals. */
function unusedMark(template: string): string {
  let mark = 'rawblock';
  while (template.includes(mark)) mark += 'x';
  return mark;
}
