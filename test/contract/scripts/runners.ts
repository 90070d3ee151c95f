/** Where the script cases run besides local processes, and what is known to differ there. */
import { dockerDeclaration } from '../../../src/runners/docker/declaration.ts';
import { kubernetesDeclaration } from '../../../src/runners/kubernetes/declaration.ts';
import { dockerUnderTest, startEngine, testHost, testImage } from '../../docker/engine.ts';
import { testImage as podImage, testCluster } from '../../kubernetes/cluster.ts';
import type { MatrixRunner } from './matrix.ts';

/** What is false has its row in the table of docs/scripts.md, "Where runners differ". */
export interface ScriptCapabilities {
  /** False: all lines of a program are INFO, and the order of lines from both streams is not sure. */
  readonly separateStreams: boolean;
}

export interface ComparedRunner {
  readonly name: string;
  readonly capabilities: ScriptCapabilities;
  start(): Promise<(MatrixRunner & { readonly stop?: () => Promise<void> }) | { readonly unavailable: string }>;
}

const inContainer = { type: dockerDeclaration.type, pullPolicy: 'NEVER', networkMode: 'none' };

export const comparedRunners: readonly ComparedRunner[] = [
  {
    name: 'Docker',
    capabilities: { separateStreams: true },
    async start() {
      const engine = await dockerUnderTest();
      if ('unavailable' in engine) return engine;
      return { taskRunner: inContainer, image: testImage, environment: { DOCKER_HOST: testHost } };
    },
  },
  {
    name: 'Podman',
    capabilities: { separateStreams: true },
    async start() {
      const engine = await startEngine('podman');
      if ('unavailable' in engine) return engine;
      const environment = { DOCKER_HOST: engine.address };
      return { taskRunner: inContainer, image: testImage, environment, stop: () => engine.down() };
    },
  },
  {
    name: 'Kubernetes',
    capabilities: { separateStreams: false },
    async start() {
      const cluster = testCluster();
      if ('unavailable' in cluster) return cluster;
      cluster.client.close();
      const taskRunner = { type: kubernetesDeclaration.type, pullPolicy: 'NEVER' };
      return { taskRunner, image: podImage, environment: { KUBECONFIG: cluster.kubeconfig }, atOnce: 6 };
    },
  },
];
