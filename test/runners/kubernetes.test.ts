import { runnerContract } from '../contract/runner/index.ts';
import { kubernetesUnderTest } from '../kubernetes/cluster.ts';

runnerContract({ name: 'Kubernetes', start: () => kubernetesUnderTest() });
