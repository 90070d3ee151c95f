/** The properties that Request and Download share, by Kestra's names: the present ones and the older ones. */
import { z } from 'zod';
import { textMap } from '../property-schemas.ts';

const duration = () => z.string().optional();
const flag = () => z.boolean().optional();

function optionsSchema(): z.ZodObject {
  const ssl = z.strictObject({ insecureTrustAllCertificates: flag() });
  return z.strictObject({
    timeout: z
      .strictObject({ connectTimeout: duration(), readIdleTimeout: duration() })
      .optional()
      .meta({ title: 'Time limits', description: 'ISO 8601 durations; without a byte for readIdleTimeout it fails.' }),
    proxy: z
      .strictObject({
        type: z.enum(['DIRECT', 'HTTP', 'SOCKS']).optional(),
        address: z.string().optional(),
        port: z.int().optional(),
        username: z.string().optional(),
        password: z.string().optional(),
      })
      .optional()
      .meta({ title: 'A proxy', description: 'DIRECT goes without one.' }),
    auth: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('BASIC'), username: z.string().optional(), password: z.string().optional() }),
        z.strictObject({ type: z.literal('BEARER'), token: z.string().optional() }),
      ])
      .optional()
      .meta({ title: 'Who asks' }),
    ssl: ssl.optional().meta({ title: 'What certificates are taken' }),
    followRedirects: flag().meta({ title: 'Whether redirects are followed', default: true }),
    allowFailed: flag().meta({ title: 'Whether codes from 400 on are taken', default: false }),
    allowedResponseCodes: z.array(z.int()).optional().meta({ title: 'The codes that are taken' }),
    defaultCharset: z.string().optional().meta({ title: 'The encoding of texts', default: 'UTF-8' }),
    logs: z.array(z.string()).optional(),
    // Before Kestra 0.21.
    connectTimeout: duration(),
    readTimeout: duration(),
    readIdleTimeout: duration(),
    connectionPoolIdleTimeout: duration(),
    maxContentLength: z.int().optional(),
    proxyType: z.enum(['DIRECT', 'HTTP', 'SOCKS']).optional(),
    proxyAddress: z.string().optional(),
    proxyPort: z.int().optional(),
    proxyUsername: z.string().optional(),
    proxyPassword: z.string().optional(),
    basicAuthUser: z.string().optional(),
    basicAuthPassword: z.string().optional(),
    logLevel: z.string().optional(),
  });
}

export function httpProperties(): Record<string, z.ZodType> {
  return {
    uri: z.string().meta({ title: 'The address' }),
    method: z.string().optional().meta({ title: 'The method', default: 'GET' }),
    params: textMap().optional().meta({ title: 'Parameters to add to the address' }),
    body: z.unknown().optional().meta({ title: 'What to send', description: 'A text; a map or list is sent as JSON.' }),
    formData: z.record(z.string(), z.unknown()).optional().meta({
      title: 'Form fields to send',
      description: 'A kestra:/// URI, or {name, content}, sends a file where contentType is multipart/form-data.',
    }),
    contentType: z.string().optional().meta({ title: 'The type of what is sent', default: 'application/json' }),
    headers: textMap().optional().meta({ title: 'Headers to send' }),
    options: optionsSchema().optional().meta({ title: 'How it is sent' }),
    sslOptions: z
      .strictObject({ insecureTrustAllCertificates: flag() })
      .optional()
      .meta({ title: 'TLS', deprecated: true }),
    allowFailed: flag().meta({ title: 'Whether codes from 400 on are taken', deprecated: true }),
  };
}
