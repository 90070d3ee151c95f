/** What a user is told when the engine cannot be used, and what to do about it. */
import { EngineError, UnreachableError } from '../engine-error.ts';
import { PrepareError, type Unusable } from '../runner.ts';
import { EndpointError, type Environment, usualSockets } from './client/endpoint.ts';
import { VersionError } from './client/errors.ts';
import { withMeantProperty } from './meant-property.ts';

const orProcess = 'or set the task’s taskRunner to io.kestra.plugin.core.runner.Process, which needs no engine';

const certificates = 'the folder that holds ca.pem, cert.pem and key.pem for this engine';

/** In words, for every error that stands between us and an engine; undefined for any other. */
export function explainUnusable(error: unknown, env: Environment): Unusable | undefined {
  if (error instanceof EndpointError) return { why: error.message, whatToDo: error.whatToDo };
  if (error instanceof VersionError)
    return { why: `The Docker engine is too old: ${error.message}.`, whatToDo: 'Update it.' };
  if (error instanceof EngineError && /HTTP request to an HTTPS server/i.test(error.message)) {
    return {
      why: 'The Docker engine wants TLS, and was spoken to without.',
      whatToDo: `Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, ${certificates}.`,
    };
  }
  if (!(error instanceof UnreachableError)) return undefined;
  const start = `Start Docker (for example: sudo systemctl start docker) or name another engine by DOCKER_HOST or the runner’s host property, ${orProcess}.`;
  const at = `Tried Docker host: ${error.endpoint}.`;
  switch (error.code) {
    case 'ENOENT': {
      // Only where nothing named one, all of them were looked for.
      const isFallback = !env.DOCKER_HOST && error.endpoint === 'unix:///var/run/docker.sock';
      const searched = isFallback ? ` Looked for: ${usualSockets(env).join(', ')}.` : '';
      return { why: `The Docker socket is not there. ${at}${searched}`, whatToDo: start };
    }
    case 'EACCES':
    case 'EPERM':
      return {
        why: `No permission to use the Docker socket. ${at}`,
        whatToDo: `Add your user to the group of the socket (for example: sudo usermod -aG docker $USER, then log in again), ${orProcess}.`,
      };
    case 'ECONNREFUSED':
      return { why: `The Docker engine is not running: nobody listens. ${at}`, whatToDo: start };
    case 'EPROTO':
      return {
        why: `The Docker engine does not speak TLS there, or another kind of it: ${error.message}. ${at}`,
        whatToDo:
          'Unset DOCKER_TLS_VERIFY for an engine without TLS; the usual ports are 2375 without and 2376 with it.',
      };
    default:
      if (/cert|ssl|tls|alert/i.test(`${error.code} ${error.message}`)) {
        return {
          why: `The Docker engine and Windlass do not accept each other's certificates: ${error.message}. ${at}`,
          whatToDo: `Set DOCKER_CERT_PATH to ${certificates}.`,
        };
      }
      return { why: `The Docker engine cannot be reached: ${error.message}. ${at}`, whatToDo: start };
  }
}

/** The same as the refusal of a run; any other error as it is. */
export function asRefusal(error: unknown, env: Environment): unknown {
  if (error instanceof EngineError) {
    return new PrepareError(
      { kind: 'never-started', detail: `The Docker engine refused: ${withMeantProperty(error.message)}` },
      { cause: error },
    );
  }
  const told = explainUnusable(error, env);
  if (!told) return error;
  const detail = `Docker execution failed because the engine is not accessible. ${told.why} ${told.whatToDo}`;
  return new PrepareError({ kind: 'never-started', detail }, { cause: error });
}
