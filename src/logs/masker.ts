/** Replaces secrets in text that people see. */
import { secretForms } from './secret-forms.ts';

/** Stands for a secret. */
export const mark = '******';

/** Shorter secrets would mask ordinary text everywhere (woodpecker-ci/woodpecker#7103). */
const shortest = 3;

/** Values that tell nothing and stand in ordinary text. */
const everyday = new Set(['true', 'false', 'null', 'none', 'yes']);

/**
 * Masks every added secret in every form of `secretForms`, and each line of six characters or more of a secret of
 * several lines. A secret of less than three characters, and an everyday word, is masked where it is a whole line.
 * Text is looked at once for all secrets together.
 */
export class Masker {
  readonly #secrets = new Set<string>();
  readonly #forms = new Set<string>();
  readonly #whole = new Set<string>();
  #pattern: RegExp | undefined;

  add(secret: string): void {
    if (this.#secrets.has(secret) || secret.trim() === '') return;
    this.#secrets.add(secret);
    this.#pattern = undefined;
    if (secret.length < shortest || everyday.has(secret.toLowerCase())) {
      this.#whole.add(secret);
      return;
    }
    for (const form of secretForms(secret)) this.#forms.add(form);
    if (!/[\r\n]/.test(secret)) return;
    for (const line of secret.split(/[\r\n]+/)) {
      if (line.trim().length < 6) continue;
      for (const form of secretForms(line.trim())) this.#forms.add(form);
    }
  }

  /** True when there is anything to mask. */
  get active(): boolean {
    return this.#secrets.size > 0;
  }

  mask(text: string): string {
    if (!this.active || text === '') return text;
    this.#pattern ??= this.#compile();
    return text.replace(this.#pattern, mark);
  }

  #compile(): RegExp {
    // The longest first: of two secrets that begin alike the whole of the longer one goes.
    const forms = [...this.#forms].sort((a, b) => b.length - a.length).map(RegExp.escape);
    const whole = [...this.#whole].map(secret => `(?<![^\\n])${RegExp.escape(secret)}(?![^\\n])`);
    return new RegExp([...forms, ...whole].join('|'), 'g');
  }
}
