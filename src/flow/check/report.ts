/** Collects the problems of one document. */
import type { Problem } from '../../model/flow.ts';
import type { Locations, Path } from '../yaml/locations.ts';

export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly path: Path;
  /** What the position points at; by default the value. */
  readonly on?: 'key' | 'value';
  readonly hint?: string | undefined;
  readonly severity?: 'error' | 'warning';
}

export class Report {
  readonly problems: Problem[] = [];
  readonly locations: Locations;
  /** The document that paths start from. */
  readonly root: object;

  constructor(root: object, locations: Locations) {
    this.root = root;
    this.locations = locations;
  }

  add(finding: Finding): void {
    this.problems.push({
      code: finding.code,
      severity: finding.severity ?? 'error',
      message: finding.message,
      path: pathText(finding.path),
      position: this.locations.positionOf(this.root, finding.path, finding.on ?? 'value'),
      ...(finding.hint !== undefined && { hint: finding.hint }),
    });
  }

  get hasErrors(): boolean {
    return this.problems.some(problem => problem.severity === 'error');
  }
}

/** `tasks[0].env['a b']` */
export function pathText(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[\w-]+$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `['${key}']`;
  }
  return text;
}
