/** The properties that all Google Cloud tasks have. */
import { z } from 'zod';
import { textList } from '../property-schemas.ts';

export const defaultScopes = ['https://www.googleapis.com/auth/cloud-platform'];

export function connectionProperties() {
  return {
    projectId: z
      .string()
      .optional()
      .meta({ title: 'The project', description: 'That of the service account when absent.' }),
    serviceAccount: z.string().optional().meta({
      title: 'The key of a service account, as JSON text',
      description:
        'When absent: the file that GOOGLE_APPLICATION_CREDENTIALS names, the login of gcloud, or the service account of the machine.',
    }),
    impersonatedServiceAccount: z.string().optional().meta({
      title: 'The e-mail address of a service account to act as',
      description: 'The one that logs in needs the role Service Account Token Creator on it.',
    }),
    scopes: textList()
      .optional()
      .meta({ title: 'What access is asked for', description: 'OAuth scopes.', default: defaultScopes }),
  };
}
