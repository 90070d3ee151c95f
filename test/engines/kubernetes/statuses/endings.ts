/** How a pod's own container ends. */
import { hasEnded, isOver, isRunning, pod, type Scenario, waitsFor } from './scenario.ts';

const memory = (limit: string) => ({ resources: { limits: { memory: limit }, requests: { memory: limit } } });

/** Grows until it is killed: there is no end of line to give out what was read. */
const eatMemory = 'tail /dev/zero';

export const endings: readonly Scenario[] = [
  { name: 'running', what: 'the container runs', spec: pod('sleep 3600'), until: item => isRunning(item) },
  { name: 'exit-0', what: 'ended with code 0', spec: pod('exit 0'), until: isOver },
  { name: 'exit-1', what: 'ended with code 1', spec: pod('exit 1'), until: isOver },
  { name: 'exit-3', what: 'ended with code 3', spec: pod('exit 3'), until: isOver },
  { name: 'exit-255', what: 'ended with code 255', spec: pod('exit 255'), until: isOver },
  {
    name: 'exit-137-without-oom',
    what: 'ended with code 137, as a shell does when its child was killed; memory was not the reason',
    spec: pod("sh -c 'kill -9 $$'; exit $?"),
    until: isOver,
  },
  { name: 'exit-143', what: 'ended with code 143', spec: pod('exit 143'), until: isOver },
  {
    name: 'exit-with-message',
    what: 'ended with code 2; the last lines of the log are its termination message',
    spec: pod('echo no such table; exit 2', {}, { terminationMessagePolicy: 'FallbackToLogsOnError' }),
    until: isOver,
  },
  {
    name: 'oom-killed',
    what: "the container's first process passed the memory limit of 16 MiB",
    spec: pod(`exec ${eatMemory}`, {}, memory('16Mi')),
    until: isOver,
  },
  {
    name: 'oom-killed-child',
    what: 'a child passed the memory limit of 16 MiB; on cgroup v1 the shell lives on and ends with 5',
    spec: pod(`${eatMemory}; exit 5`, {}, memory('16Mi')),
    until: isOver,
  },
  {
    name: 'start-error-no-such-command',
    what: 'the command is not in the image',
    spec: pod('', {}, { command: ['/no/such/command'] }),
    until: isOver,
  },
  {
    name: 'start-error-not-executable',
    what: 'the command is a file that cannot be executed',
    spec: pod('', {}, { command: ['/etc/passwd'] }),
    until: isOver,
  },
  {
    name: 'deadline-exceeded',
    what: 'activeDeadlineSeconds of 1 passed',
    spec: pod('sleep 3600', { activeDeadlineSeconds: 1 }),
    until: item => isOver(item) && hasEnded(item),
  },
  {
    name: 'post-start-hook-failed',
    what: 'the postStart hook ended with code 1 and the container was killed',
    spec: pod('sleep 3600', {}, { lifecycle: { postStart: { exec: { command: ['false'] } } } }),
    until: isOver,
  },
  {
    name: 'crash-loop',
    what: 'restartPolicy Always, which the user asked for: ended with code 1, waits for its next start',
    spec: pod('exit 1', { restartPolicy: 'Always' }),
    until: waitsFor('CrashLoopBackOff'),
  },
  {
    name: 'restarted-then-exit-0',
    what: 'restartPolicy OnFailure: ended with code 1, was started again and ended with 0',
    spec: pod(
      'test -f /d/once && exit 0; touch /d/once; exit 1',
      {
        restartPolicy: 'OnFailure',
        volumes: [{ name: 'd', emptyDir: {} }],
      },
      { volumeMounts: [{ name: 'd', mountPath: '/d' }] },
    ),
    until: isOver,
  },
];
