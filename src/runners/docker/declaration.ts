/** What the flow reader and editors need to know of the Docker runner. Imports nothing that talks to an engine. */
import { z } from 'zod';
import { duration } from '../../flow/schema/scalars.ts';
import type { RunnerDeclaration } from '../../model/catalog.ts';
import { refusedLiterals } from '../refused-literals.ts';
import { readSettings } from './settings.ts';

/** `io.kestra.plugin.scripts.runner.docker.Docker`: runs programs as containers of a Docker-compatible engine. */
export const dockerDeclaration: RunnerDeclaration = {
  type: 'io.kestra.plugin.scripts.runner.docker.Docker',
  aliases: [],
  title: 'Runs the program in a container of a Docker-compatible engine',
  schema: dockerSchema,
  // A warning shows the line that it is about, and with it a password.
  foresee: ({ config: _config, credentials: _credentials, ...shown }) => refusedLiterals(shown, readSettings),
};

const about = (title: string, description?: string) => ({ title, ...(description !== undefined && { description }) });
/** A password or a token: JSON Schema's word for what is given and not shown. */
const secret = (title: string, description?: string) => ({ ...about(title, description), writeOnly: true });
const size = 'A number with a unit of 1024, in any case: 512MB, 0.5GB, 512000KB; a plain number is bytes.';

function dockerSchema() {
  const text = z.union([z.string(), z.number()]);
  const truth = z.union([z.boolean(), z.string()]);
  const texts = z.array(text);
  return z.strictObject({
    type: z.string(),
    version: z
      .string()
      .regex(/^(\d+\.\d+\.\d+(-[a-zA-Z0-9-]+)?|[a-zA-Z0-9]+)$/)
      .optional()
      .meta(about('Version of the plugin', 'Accepted and without effect: Windlass has one version of each runner.')),
    host: z
      .string()
      .optional()
      .meta({
        ...about(
          'Address of the engine',
          'unix:///path/to/docker.sock or tcp://host:2375. Left out, it is looked for: DOCKER_HOST, the current Docker context, the usual sockets of Docker and Podman.',
        ),
        examples: ['unix:///var/run/docker.sock', 'tcp://build-host:2375'],
      }),
    config: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .optional()
      .meta(
        secret(
          'Docker configuration',
          'The content of a Docker config.json, as text or as a map: auths, credHelpers, credsStore; HttpHeaders go with every request to the engine. Kept in memory only. A registry without TLS is allowed by the insecure-registries of the engine’s own configuration; here they have no effect.',
        ),
      ),
    credentials: credentialsSchema().optional().meta(about('Credentials for the registry of the image')),
    image: z.string().optional().meta(about('Image', 'Older spelling; the task’s containerImage is the usual place.')),
    pullPolicy: z
      .enum(['IF_NOT_PRESENT', 'ALWAYS', 'NEVER'])
      .default('IF_NOT_PRESENT')
      .meta(about('When the image is pulled')),
    entryPoint: z
      .union([texts, z.string(), z.null()])
      .default([''])
      .meta(
        about(
          'Entry point',
          'Put before the command. A list with one empty text, as the default, clears the image’s own, so that the command runs as it is; null keeps the image’s own.',
        ),
      ),
    user: text.optional().meta({
      ...about('User in the container', 'A name or uid, with :group or :gid if wanted.'),
      examples: ['1000:1000'],
    }),
    networkMode: z
      .string()
      .optional()
      .meta({
        ...about('Network', 'host, none, bridge, container:<name>, or the name of a network.'),
        examples: ['host', 'none'],
      }),
    extraHosts: z
      .union([texts, z.string()])
      .optional()
      .meta({
        ...about('Additional host names', 'host:ip entries for the container’s /etc/hosts.'),
        examples: [['db:10.0.0.5']],
      }),
    portBindings: z
      .union([texts, z.string()])
      .optional()
      .meta({
        ...about('Published ports', '[ip:][hostPort:]containerPort[/protocol], or ranges: 8000-8009:80-89.'),
        examples: [['8080:80']],
      }),
    volumes: z
      .union([texts, z.string()])
      .optional()
      .meta({
        ...about(
          'Bind mounts',
          '/path/of/engine:/path/in/container[:ro]. Only with volume-enabled: true in the plugin configuration of this runner; otherwise left out with a warning.',
        ),
        examples: [['/data:/data:ro']],
      }),
    deviceRequests: z.array(deviceSchema()).optional().meta(about('Devices', 'Such as GPUs.')),
    cpu: z
      .strictObject({
        cpus: z
          .union([z.number(), z.string()])
          .optional()
          .meta({ ...about('Number of CPUs', 'Fractions are allowed, from 0.01 on.'), examples: [1.5] }),
      })
      .optional()
      .meta(about('Limit of CPU time')),
    memory: memorySchema().optional().meta(about('Limits of memory')),
    shmSize: text
      .optional()
      .meta({ ...about('Size of /dev/shm', `${size} The engine’s default is 64MB.`), examples: ['512MB'] }),
    privileged: truth
      .default(false)
      .meta(about('Extended privileges', 'Gives the container nearly all rights of the engine’s machine.')),
    fileHandlingStrategy: z
      .enum(['VOLUME', 'MOUNT'])
      .default('VOLUME')
      .meta(
        about(
          'How files reach the container',
          'VOLUME copies the working directory in and the wanted files out through the engine. MOUNT binds the working directory; the engine must see the same folder under the same path.',
        ),
      ),
    delete: truth
      .default(true)
      .meta(about('Remove the container afterwards', 'false: it stays with its log until you remove it.')),
    wait: truth
      .default(true)
      .meta(
        about(
          'Wait for the end',
          'false: the task succeeds as soon as the program has begun. Its log and files are not read, and the container stays until you remove it.',
        ),
      ),
    killGracePeriod: z
      .string()
      .refine(text => duration().safeParse(text).success, {
        error: 'must be an ISO 8601 duration, such as PT10S; an expression is not rendered here',
        params: { rendered: false },
      })
      .default('PT0S')
      .meta({
        ...about(
          'Time to end well when killed',
          'An ISO 8601 duration between SIGTERM and SIGKILL; with PT0S the container is killed at once.',
        ),
        examples: ['PT30S'],
      }),
    resume: truth
      .default(true)
      .meta(
        about(
          'Take a running container over after a restart',
          'false: the container of a process that died is removed, and the task fails.',
        ),
      ),
  });
}

function credentialsSchema() {
  const text = z.string().optional();
  return z.strictObject({
    registry: text.meta(
      about('Registry', 'Left out, it is the one that the image’s name begins with, else Docker Hub.'),
    ),
    username: text.meta(about('User name')),
    password: text.meta(secret('Password')),
    registryToken: text.meta(secret('Registry token', 'A bearer token that is sent to the registry.')),
    identityToken: text.meta(secret('Identity token', 'Exchanged for an access token by the registry.')),
    auth: text.meta(secret('User and password as base64', 'base64 of user:password.')),
  });
}

function memorySchema() {
  const amount = z.union([z.string(), z.number()]).optional();
  return z.strictObject({
    memory: amount.meta({
      ...about('Memory', `The most that the container may use. ${size} At least 6MB.`),
      examples: ['512MB', '4GB'],
    }),
    memorySwap: amount.meta(
      about('Memory and swap together', `Equal to memory: no swap. -1: all swap there is. ${size}`),
    ),
    memorySwappiness: amount.meta(about('Inclination to swap', 'A whole number from 0 to 100.')),
    memoryReservation: amount.meta(
      about('Soft limit', `Held to when the machine is short of memory; below memory, at least 6MB. ${size}`),
    ),
    kernelMemory: amount.meta(about('Kernel memory', `At least 4MB. Newer engines do not know it any more. ${size}`)),
    oomKillDisable: z
      .union([z.boolean(), z.string()])
      .optional()
      .meta(about('Do not kill when the memory is over', 'Only with memory set.')),
  });
}

function deviceSchema() {
  const text = z.string();
  return z.strictObject({
    driver: text.optional().meta(about('Driver', 'Such as nvidia.')),
    count: z.union([z.number(), z.string()]).optional().meta(about('Number of devices', '-1: all.')),
    deviceIds: z.array(text).optional().meta(about('Ids of the devices')),
    capabilities: z
      .array(z.union([text, z.array(text)]))
      .optional()
      .meta(about('Capabilities', 'A list of lists: a device must have all of one of the inner lists.')),
    options: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .meta(about('Options of the driver')),
  });
}
