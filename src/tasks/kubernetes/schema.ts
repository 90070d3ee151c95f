/** The properties that all Kubernetes tasks have. */
import { z } from 'zod';
import { kubernetesDeclaration } from '../../runners/kubernetes/declaration.ts';

export function clusterProperties() {
  const { config } = kubernetesDeclaration.schema().shape;
  return {
    connection: (config as z.ZodType).meta({
      title: 'The cluster and how to log in',
      description:
        'As config of the Kubernetes task runner. When absent: the files of KUBECONFIG, ~/.kube/config, the service account of the pod that Windlass runs in.',
    }),
    inheritClusterConfig: z.boolean().default(false).meta({
      title: 'Take the cluster that Windlass runs in',
      description: 'connection is left aside.',
    }),
    namespace: z.string().default('default').meta({ title: 'The namespace in the cluster' }),
  };
}
