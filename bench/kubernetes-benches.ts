/** What runs pods, against the same calls made by nobody but a loop. */
import { setTimeout as pause } from 'node:timers/promises';
import { createKubernetesRunner } from '../src/runners/kubernetes/index.ts';
import { type Bench, kubeconfig, wallRatio } from './bench.ts';
import { KubernetesFloor } from './floors/kubernetes-loop.ts';
import type { Subject } from './pairs.ts';
import { RunnerLoop } from './runner-loop.ts';

const runner = createKubernetesRunner({ env: { KUBECONFIG: kubeconfig } });
const plain = new RunnerLoop(runner, { files: false });
const withFiles = new RunnerLoop(runner, { files: true });

/** A node looks once a second how its containers are: what begins when the last one ended would always just miss it. */
function atAnyMoment(run: Subject['run']): Subject['run'] {
  return async () => {
    await pause(Math.random() * 1000);
    return run();
  };
}

export const kubernetesBenches: Readonly<Record<string, Bench>> = {
  'kubernetes-runner': {
    needs: 'kubernetes',
    subjects: () => [
      { name: 'API calls alone', run: atAnyMoment(() => new KubernetesFloor(kubeconfig).run()) },
      { name: 'Kubernetes runner', run: atAnyMoment(() => plain.run()) },
      { name: 'Kubernetes runner, 1 KiB in and out', run: atAnyMoment(() => withFiles.run()) },
    ],
    goals: ([bare, ours, filed]) => [
      wallRatio('one pod without files against the bare API calls', 1.1, bare, ours),
      ...(filed ? [wallRatio('one pod with files against the bare API calls without', 1.5, bare, filed)] : []),
    ],
  },
};
