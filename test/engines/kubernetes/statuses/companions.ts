/** Pods with more than our own container: files in and out, sidecars. */
import { container, hasEnded, isOver, isRunning, pod, type Scenario } from './scenario.ts';

const init = (script: string, more = {}) => ({ initContainers: [container(script, { name: 'init-files', ...more })] });
const beside = (script: string, name: string, other: string, more = {}) => ({
  containers: [container(script), container(other, { name, ...more })],
});

export const companions: readonly Scenario[] = [
  {
    name: 'init-runs',
    what: 'the init container waits for its files',
    spec: pod('true', init('sleep 3600')),
    until: item => isRunning(item, 'init-files', 'initContainerStatuses'),
  },
  {
    name: 'init-failed',
    what: 'the init container ended with code 7, ours was never started',
    spec: pod('true', init('exit 7')),
    until: isOver,
  },
  {
    name: 'init-oom-killed',
    what: 'the init container passed its memory limit, ours was never started',
    spec: pod('true', init('exec tail /dev/zero', { resources: { limits: { memory: '16Mi' } } })),
    until: isOver,
  },
  {
    name: 'ended-beside-helper',
    what: 'ours ended with code 4, the helper for output files still runs',
    spec: pod('', beside('exit 4', 'out-files', 'sleep 3600')),
    until: item => hasEnded(item) && isRunning(item, 'out-files'),
  },
  {
    name: 'ended-beside-injected-sidecar',
    what: 'ours ended with code 0, a container that somebody injected never ends',
    spec: pod('', beside('exit 0', 'istio-proxy', 'sleep 3600')),
    until: item => hasEnded(item) && isRunning(item, 'istio-proxy'),
  },
  {
    name: 'helper-failed-first',
    what: 'the helper ended with code 9, ours still runs',
    spec: pod('', beside('sleep 3600', 'out-files', 'exit 9')),
    until: item => hasEnded(item, 'out-files') && isRunning(item),
  },
  {
    name: 'helper-oom-killed',
    what: 'the helper passed its memory limit, ours ended with code 0',
    spec: pod('', beside('sleep 1', 'out-files', 'exec tail /dev/zero', { resources: { limits: { memory: '16Mi' } } })),
    until: isOver,
  },
  {
    name: 'native-sidecar',
    what: 'ours ended with code 6, then the sidecar (an init container that is always restarted) was stopped',
    spec: pod('exit 6', init('trap "exit 0" TERM; sleep 3600 & wait', { restartPolicy: 'Always' })),
    until: isOver,
  },
];
