/** The cluster that a task names. */
import type { ValueMap } from '../../model/value.ts';
import { Connection } from '../../runners/kubernetes/client/connection.ts';
import { type Environment, findAccess } from '../../runners/kubernetes/connection/find-access.ts';
import { accessFromProperties } from '../../runners/kubernetes/connection/from-properties.ts';
import { PropertyReader } from '../../runners/property-reader.ts';
import { tokenSource, type WithTokenSource } from '../../runners/token-source.ts';

/** @throws AccessError, PrepareError that names the property */
export async function connect(
  connection: (ValueMap & WithTokenSource) | undefined,
  environment: Environment,
): Promise<Connection> {
  const given = connection && new PropertyReader(connection, 'connection.');
  return new Connection(
    await (given ? accessFromProperties(given, connection?.[tokenSource]) : findAccess(environment)),
  );
}
