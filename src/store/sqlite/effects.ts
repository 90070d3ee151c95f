/** Rows of pending effects: what was decided and is still to be done or answered. */
import { parseJson, writeJson } from '../../model/json.ts';
import type { ValueMap } from '../../model/value.ts';
import type { PendingEffect } from '../store.ts';
import type { Connection } from './connection.ts';
import type { ExecutionKey } from './executions.ts';

/** @throws Error when an effect with this key is pending already */
export function addEffect(db: Connection, execution: ExecutionKey, { key, effect }: PendingEffect): void {
  const { changes } = db
    .sql('INSERT OR IGNORE INTO effects (execution, effect_key, document) VALUES (?, ?, ?)')
    .run(execution, key, writeJson(effect));
  if (changes === 0) throw new Error(`An effect with the key ${key} is pending already.`);
}

/** Does nothing when there is none. */
export function removeEffect(db: Connection, execution: ExecutionKey, key: string): void {
  db.sql('DELETE FROM effects WHERE execution = ? AND effect_key = ?').run(execution, key);
}

/** In the order in which they were added. */
export function effectsOf(db: Connection, execution: ExecutionKey): readonly PendingEffect[] {
  const rows = db.sql('SELECT effect_key, document FROM effects WHERE execution = ? ORDER BY key').all(execution);
  return rows.map(row => ({
    key: String(row.effect_key),
    effect: parseJson(String(row.document)) as ValueMap,
  }));
}
