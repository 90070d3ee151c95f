/** What runs containers, against the same calls made by nobody but a loop. */
import { createDockerRunner } from '../src/runners/docker/index.ts';
import { type Bench, dockerSocket, wallRatio } from './bench.ts';
import { DockerFloor, DockerLanes, oneFile } from './floors/docker-loop.ts';
import { type Measured, median, type Subject } from './pairs.ts';
import { RunnerLoop } from './runner-loop.ts';

const runner = createDockerRunner({ env: { DOCKER_HOST: `unix://${dockerSocket}` }, volumeEnabled: false });
const plain = new RunnerLoop(runner, { files: false });
const withFiles = new RunnerLoop(runner, { files: true });
const withMountedFiles = new RunnerLoop(runner, { files: true, fileHandlingStrategy: 'MOUNT' });

/** The loop's containers, one after the other or side by side. */
function floor(name: string, { containers = 1, lanes = 1 } = {}): Subject {
  if (lanes === 1 && containers === 1) {
    const one = new DockerFloor(dockerSocket);
    return { name, run: () => one.run() };
  }
  const many = new DockerLanes(dockerSocket, lanes);
  return { name, run: () => many.run(containers) };
}

/** One container at a time with the copies that a file in and a file out take. */
function copyingFloor(): Subject {
  const one = new DockerFloor(dockerSocket);
  const input = oneFile(1024);
  return { name: 'API calls with the copies', run: () => one.run(input) };
}

/** The wall time of `ours` without its start and end, as multiple of the loop's: the median over the rounds. */
function withoutStart(start: Measured, ours: Measured, loop: Measured): number {
  return median(
    ours.samples.map(
      ({ wallMs }, i) => (wallMs - (start.samples[i]?.wallMs ?? 0)) / (loop.samples[i]?.wallMs ?? Number.NaN),
    ),
  );
}

export const dockerBenches: Readonly<Record<string, Bench>> = {
  'one-container': {
    needs: 'docker',
    subjects: ({ command, run }) => [
      command('docker run', 'docker', 'run', '--rm', 'busybox:latest', 'echo', 'hi'),
      run('windlass run', 'bench/flows/container.yaml'),
      floor('API calls alone'),
    ],
    goals: ([docker, ours, loop]) => [
      wallRatio('whole run of one container against docker run --rm', 1.25, docker, ours),
      // A floor that is slower than what it is the floor of says nothing.
      ...(loop ? [wallRatio('the API calls alone against docker run --rm, else void', 1, docker, loop)] : []),
    ],
  },
  'docker-runner': {
    needs: 'docker',
    subjects: () => [floor('API calls alone'), { name: 'Docker runner', run: () => plain.run() }],
    goals: ([bare, ours]) => [wallRatio('one container without files against the bare API calls', 1.05, bare, ours)],
  },
  'docker-runner-files': {
    needs: 'docker',
    subjects: () => [
      floor('API calls alone'),
      { name: 'Docker runner, 1 KiB in and out', run: () => withFiles.run() },
      copyingFloor(),
      { name: 'Docker runner, the same with MOUNT', run: () => withMountedFiles.run() },
    ],
    goals: ([bare, ours, copying, mounting]) => [
      // Docker 20.10 starts a process for each copy: there the calls themselves take more than the goal.
      wallRatio('one container with files against the bare API calls without', 1.25, bare, ours),
      ...(copying
        ? [
            wallRatio('one container with files against the bare API calls with them', 1.1, copying, ours),
            wallRatio('the bare API calls with files against those without', 1.25, bare, copying),
          ]
        : []),
      ...(mounting
        ? [wallRatio('one container with mounted files against the bare API calls', 1.25, bare, mounting)]
        : []),
    ],
  },
  'containers-in-a-row': {
    needs: 'docker',
    subjects: ({ run, flows, quick }) => {
      const more = quick ? 7 : 29;
      return [
        run('1 container', flows.containers(1)),
        run(`${more + 1} containers`, flows.containers(more + 1)),
        floor(`API calls alone, ${more} times`, { containers: more }),
      ];
    },
    goals: ([one, many, loop]) => [
      {
        name: 'each further container against the API calls alone',
        value: loop ? withoutStart(one, many, loop) : Number.NaN,
        limit: 1.05,
        unit: '×',
      },
    ],
  },
  'containers-at-once': {
    needs: 'docker',
    subjects: ({ run, flows, quick }) => {
      const containers = quick ? 16 : 32;
      return [
        run('a run without a container', flows.logTasks(1)),
        run(`${containers} containers, 8 at once`, flows.containersAtOnce(containers, 8)),
        floor(`API calls alone, ${containers} times in 8 lanes`, { containers, lanes: 8 }),
      ];
    },
    goals: ([start, ours, loop]) => [
      {
        name: 'containers per second against 8 lanes of API calls',
        value: loop ? 1 / withoutStart(start, ours, loop) : Number.NaN,
        limit: 0.95,
        unit: '×',
        atLeast: true,
      },
    ],
  },
};
