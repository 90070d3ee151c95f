/** The properties of tasks on objects of a cluster. */
import { z } from 'zod';

export function resourceProperties() {
  return {
    resourceType: z
      .string()
      .meta({ title: 'The kind of the objects', description: 'As kubectl takes it: pods, Deployment, svc.' }),
    apiGroup: z.string().optional().meta({
      title: 'The API group',
      description: 'When absent the first that has the kind, the core group before others.',
    }),
    apiVersion: z.string().optional().meta({ title: 'The version within the group', default: 'v1' }),
  };
}

export function readinessProperty() {
  return {
    waitUntilReady: z.string().default('PT0S').meta({
      title: 'How long the condition Ready is waited for',
      description: 'PT0S: it is not.',
    }),
  };
}
