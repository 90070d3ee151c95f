/** What was asked for is not done, and nothing was started: exit code 2. */
export interface Violation {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly code?: string;
}

export class Refusal extends Error {
  readonly code: string;
  readonly violations: readonly Violation[];
  /** For people: the problems with their places in the source. The message where it is not given. */
  readonly text: string;

  constructor(code: string, message: string, violations: readonly Violation[] = [], text = `${message}\n`) {
    super(message);
    this.code = code;
    this.violations = violations;
    this.text = text;
  }

  /** What `--json` gives in place of an execution. */
  toJSON(): object {
    return { error: { code: this.code, message: this.message }, violations: this.violations };
  }
}
