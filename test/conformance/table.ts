/** How many of each area pass. */

export class Table {
  readonly #areas = new Map<string, { passed: number; all: number; skipped: number }>();

  add(area: string, result: 'passed' | 'failed' | 'skipped'): void {
    const row = this.#areas.get(area) ?? { passed: 0, all: 0, skipped: 0 };
    this.#areas.set(area, row);
    row.all += 1;
    if (result !== 'failed') row[result] += 1;
  }

  print(title: string): void {
    const rows = [...this.#areas].sort(([a], [b]) => a.localeCompare(b));
    const lines = rows.map(
      ([area, { passed, all, skipped }]) =>
        `${area.padEnd(14)} ${String(passed).padStart(4)} of ${String(all - skipped).padStart(4)}${skipped > 0 ? `  (${skipped} skipped)` : ''}`,
    );
    const passed = rows.reduce((sum, [, row]) => sum + row.passed, 0);
    const all = rows.reduce((sum, [, row]) => sum + row.all - row.skipped, 0);
    console.log(
      [title, ...lines, `${'together'.padEnd(14)} ${String(passed).padStart(4)} of ${String(all).padStart(4)}`].join(
        '\n',
      ),
    );
  }
}
