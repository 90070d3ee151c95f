/** Executions with everything that hangs on them. JSON columns are written by model/json.ts. */
export const sql = `
CREATE TABLE store (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  id       TEXT NOT NULL
);

CREATE TABLE owners (
  id       TEXT PRIMARY KEY,
  identity TEXT NOT NULL,
  seen_at  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE executions (
  key                 INTEGER PRIMARY KEY,
  id                  TEXT NOT NULL UNIQUE,
  fence               INTEGER NOT NULL,
  owner               TEXT,
  state               TEXT NOT NULL,
  ended               INTEGER NOT NULL,
  parent_execution_id TEXT,
  namespace           TEXT NOT NULL,
  flow_id             TEXT NOT NULL,
  start_date          TEXT NOT NULL,
  end_date            TEXT,
  document            TEXT NOT NULL
);
CREATE INDEX executions_parent ON executions (parent_execution_id) WHERE parent_execution_id IS NOT NULL;
CREATE INDEX executions_owner ON executions (owner) WHERE owner IS NOT NULL;
CREATE INDEX executions_open ON executions (key) WHERE ended = 0;

CREATE TABLE sources (
  execution  INTEGER PRIMARY KEY REFERENCES executions ON DELETE CASCADE,
  flow_index INTEGER NOT NULL,
  source     TEXT NOT NULL
);

CREATE TABLE task_runs (
  key       INTEGER PRIMARY KEY,
  execution INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
  id        TEXT NOT NULL,
  document  TEXT NOT NULL,
  UNIQUE (execution, id)
);

CREATE TABLE effects (
  key        INTEGER PRIMARY KEY,
  execution  INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
  effect_key TEXT NOT NULL,
  document   TEXT NOT NULL,
  UNIQUE (execution, effect_key)
);

CREATE TABLE messages (
  key       INTEGER PRIMARY KEY,
  execution INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
  document  TEXT NOT NULL
);
CREATE INDEX messages_execution ON messages (execution);

CREATE TABLE runs (
  execution   INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
  task_run_id TEXT NOT NULL,
  attempt     INTEGER NOT NULL,
  captures    TEXT,
  handle      TEXT,
  log_cursor  TEXT,
  vars        TEXT NOT NULL,
  PRIMARY KEY (execution, task_run_id, attempt)
) WITHOUT ROWID;

CREATE TABLE logs (
  sequence       INTEGER PRIMARY KEY,
  execution      INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
  timestamp      TEXT NOT NULL,
  level          TEXT NOT NULL,
  task_id        TEXT,
  task_run_id    TEXT,
  attempt_number INTEGER,
  message        TEXT NOT NULL
);
CREATE INDEX logs_execution ON logs (execution);

CREATE TABLE metrics (
  key         INTEGER PRIMARY KEY,
  execution   INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
  task_id     TEXT NOT NULL,
  task_run_id TEXT NOT NULL,
  name        TEXT NOT NULL,
  type        TEXT NOT NULL,
  value       REAL,
  tags        TEXT NOT NULL,
  timestamp   TEXT NOT NULL
);
CREATE INDEX metrics_execution ON metrics (execution);
`;
