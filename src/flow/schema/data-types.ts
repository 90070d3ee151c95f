/** The types of inputs and outputs. */
export const dataTypes = [
  'STRING',
  'ENUM',
  'SELECT',
  'INT',
  'FLOAT',
  'BOOLEAN',
  'BOOL',
  'DATETIME',
  'DATE',
  'TIME',
  'DURATION',
  'FILE',
  'JSON',
  'URI',
  'SECRET',
  'ARRAY',
  'MULTISELECT',
  'YAML',
  'EMAIL',
] as const;

export type DataType = (typeof dataTypes)[number];

export function isDataType(name: string): name is DataType {
  return (dataTypes as readonly string[]).includes(name);
}
