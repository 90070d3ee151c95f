/** Rows of the processes that work on executions, and whether they still do. */
import { isAlive, isVisible, type ProcessIdentity } from '../process-identity.ts';
import type { Connection } from './connection.ts';

/** How often an owner shows that it lives, and after how long without that another machine may take over. In ms. */
export const lease = { renewEvery: 15_000, lasts: 60_000 } as const;

const now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** Enters the owner, or renews its lease, by the database's clock. */
export function renewOwner(db: Connection, id: string, identity: ProcessIdentity): void {
  db.sql(
    `INSERT INTO owners (id, identity, seen_at) VALUES (?, ?, ${now}) ON CONFLICT (id) DO UPDATE SET seen_at = ${now}`,
  ).run(id, JSON.stringify(identity));
}

/** Removes an owner that has nothing any more. */
export function forgetOwner(db: Connection, id: string): void {
  db.sql('DELETE FROM owners WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM executions WHERE owner = ?1)').run(id);
}

/**
 * Says of an owner's id whether that process lives. On this machine the kernel knows, at once; of other machines
 * and containers only the lease tells. Each owner is looked up once: make a new one for every question.
 */
export function livingOwners(db: Connection): (id: string | null) => boolean {
  const answers = new Map<string, boolean>();
  return id => {
    if (id === null) return false;
    let lives = answers.get(id);
    if (lives === undefined) {
      lives = isLiving(db, id);
      answers.set(id, lives);
    }
    return lives;
  };
}

/** What is left, in ms, of the lease of an owner that only its lease tells of; undefined for any other. */
export function unseenLease(db: Connection, id: string | null): number | undefined {
  const owner = id === null ? undefined : ownerOf(db, id);
  return owner && !isVisible(owner.identity) && owner.leftMs > 0 ? owner.leftMs : undefined;
}

function isLiving(db: Connection, id: string): boolean {
  const owner = ownerOf(db, id);
  if (!owner) return false;
  return isVisible(owner.identity) ? isAlive(owner.identity) : owner.leftMs > 0;
}

function ownerOf(
  db: Connection,
  id: string,
): { readonly identity: ProcessIdentity; readonly leftMs: number } | undefined {
  const row = db.sql(`SELECT identity, ${now} - seen_at AS silent FROM owners WHERE id = ?`).get(id);
  return row && { identity: JSON.parse(String(row.identity)), leftMs: lease.lasts - Number(row.silent) };
}
