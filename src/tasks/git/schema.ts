/** The properties of git tasks. */
import { z } from 'zod';

export function cloneSchema(): z.ZodObject {
  return z.strictObject({
    url: z
      .string()
      .meta({ title: 'Where the repository is', description: 'An http(s), ssh or file address, or host:path.' }),
    directory: z.string().optional().meta({
      title: 'The folder for it, in the working directory',
      description: 'The working directory itself when absent; it has to be empty then.',
    }),
    branch: z.string().optional().meta({ title: 'The branch', description: 'That of the server’s HEAD when absent.' }),
    tag: z.string().optional().meta({ title: 'A tag to check out instead', description: 'Goes before branch.' }),
    commit: z.string().optional().meta({
      title: 'A commit to check out instead',
      description: 'Its whole or shortened hash. Goes before tag and branch; the whole history is fetched.',
    }),
    depth: z.number().int().min(1).optional().meta({
      title: 'How many commits of the history are fetched',
      description: 'Without effect with commit or tag.',
      default: 1,
    }),
    cloneSubmodules: z.boolean().optional().meta({ title: 'Whether submodules come with it', default: false }),
    cloneAllBranches: z.boolean().optional().meta({ title: 'Whether the other branches come with it', default: true }),
    noTags: z.boolean().optional().meta({ title: 'Whether tags are left out', default: false }),
    username: z.string().optional().meta({ title: 'The user name for http(s)' }),
    password: z.string().optional().meta({ title: 'The password or access token for http(s)' }),
    privateKey: z
      .string()
      .optional()
      .meta({ title: 'The private key for ssh', description: 'The text of the key file.' }),
    passphrase: z.string().optional().meta({ title: 'What opens the private key' }),
    trustedCaPemPath: z.string().optional().meta({
      title: 'A file of certificates to trust',
      description: 'A PEM file on the worker, for servers with a certificate of their own.',
    }),
    noProxy: z.boolean().optional().meta({ title: 'Whether proxies of the environment are passed by', default: false }),
    gitConfig: z.record(z.string(), z.unknown()).optional().meta({
      title: 'Settings of git for this repository',
      description: 'Such as core.autocrlf: false.',
    }),
    connectTimeout: z.number().int().optional().meta({ title: 'Has no effect; use timeout', deprecated: true }),
    readTimeout: z.number().int().optional().meta({ title: 'Has no effect; use timeout', deprecated: true }),
    cache: z.boolean().optional().meta({ title: 'Has no effect: each clone is new', default: false }),
    cacheTtl: z.string().optional().meta({ title: 'Has no effect, as cache' }),
  });
}
