/** Histories of executions in rows of their own; those in documents are not read any more. */
export const sql = `
CREATE TABLE state_changes (
  execution INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
  position  INTEGER NOT NULL,
  state     TEXT NOT NULL,
  date      TEXT NOT NULL,
  PRIMARY KEY (execution, position)
) WITHOUT ROWID;

INSERT INTO state_changes
  SELECT executions.key, change.key, change.value ->> 'state', change.value ->> 'date'
    FROM executions, json_each(document, '$.state.histories') AS change;
`;
