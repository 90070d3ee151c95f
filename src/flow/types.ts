/** What the catalog knows of a `type:`, old names included, and what to say of one that it does not know. */
import type { ZodObject } from 'zod';
import type { Catalog, Declaration, RunnerDeclaration, TaskDeclaration } from '../model/catalog.ts';
import { nearest, nearestType } from './check/nearest.ts';
import type { Report } from './check/report.ts';
import { presentType } from './legacy-types.ts';
import { taskSchema } from './schema/task-schema.ts';
import type { Path } from './yaml/locations.ts';

/** Kept for as long as their declarations: built for each file anew they take half of the time of `validate`. */
const schemas = new WeakMap<Declaration, ZodObject>();

export class Types {
  readonly #catalog: Catalog;
  readonly #keys = new Map<string, ReadonlySet<string> | undefined>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  task(type: string): TaskDeclaration | undefined {
    return this.#catalog.task(type) ?? this.#catalog.task(presentType(type));
  }

  runner(type: string): RunnerDeclaration | undefined {
    return this.#catalog.runner(type);
  }

  /** The schema of a declaration, built on first use. */
  schema(declaration: Declaration): ZodObject {
    const known = schemas.get(declaration);
    if (known) return known;
    const schema = declaration.schema();
    schemas.set(declaration, schema);
    return schema;
  }

  /** The present name of a task's or runner's type; the name itself when it is not known. */
  canonical(type: string): string {
    return (this.task(type) ?? this.runner(type))?.type ?? presentType(type);
  }

  /** All properties that a task or runner of the type may have; undefined for an unknown type. */
  properties(type: string): ReadonlySet<string> | undefined {
    if (!this.#keys.has(type)) this.#keys.set(type, this.#propertiesOf(type));
    return this.#keys.get(type);
  }

  #propertiesOf(type: string): ReadonlySet<string> | undefined {
    const task = this.task(type);
    if (task) {
      const branches = (task.branches ?? []).map(branch => branch.property);
      return new Set([...Object.keys(this.schema(task).shape), ...branches, ...Object.keys(taskSchema().shape)]);
    }
    const runner = this.runner(type);
    return runner && new Set([...Object.keys(this.schema(runner).shape), 'type', 'version']);
  }

  /** Reports a type that cannot be used: not built yet, or not there at all. */
  refuse(type: string, path: Path, kind: 'task' | 'runner', report: Report): void {
    const present = presentType(type);
    const names = this.#catalog.names().filter(name => (kind === 'task' ? this.task(name) : this.runner(name)));
    if (this.#catalog.isKnown(type) || this.#catalog.isKnown(present)) {
      const near = nearest(type, names, 2);
      const needed = 'The flow cannot run without it; the documentation lists the types that can be used.';
      report.add({
        code: 'not-built-yet',
        message: `${present} is not built in Windlass yet`,
        path,
        hint:
          this.#catalog.insteadOf(present) ?? (near ? `Did you mean ${near}?` : kind === 'task' ? needed : undefined),
      });
      return;
    }
    const near = nearestType(type, names);
    report.add({ code: 'unknown-type', message: `Invalid type: ${type}`, path, hint: near && `Did you mean ${near}?` });
  }
}
