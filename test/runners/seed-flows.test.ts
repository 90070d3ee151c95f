/** Flows of Kestra's own documentation, with their images given by local ones and their repository by a local one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../docker/engine.ts';
import { FlowHarness, outputsOf, saidBy } from '../tasks/flow-harness.ts';
import { commitFile, makeRepositories } from '../tasks/git-server.ts';

const image = 'annageller/kestra:latest';
const program = `import csv
with open("numbers.csv", "w") as file:
    csv.writer(file).writerows([[n, n * n] for n in range(3)])
print("wrote it")
`;

let harness: FlowHarness;
afterEach(() => harness.close());

describe('a repository, a script of it in a container, and its files', () => {
  const root = mkdtempSync(join(tmpdir(), 'windlass-git-'));
  beforeAll(async () => {
    makeRepositories(root);
    commitFile(root, 'whole', 'scripts/etl_script.py', program);
    await docker('tag', 'windlass-python:latest', image);
  });
  afterAll(async () => {
    rmSync(root, { recursive: true, force: true });
    await docker('rmi', image);
  });

  it('share one working directory', async () => {
    harness = new FlowHarness();
    const ended = await harness.run(`id: python_in_container
namespace: dev

tasks:
  - id: wdir
    type: io.kestra.core.tasks.flows.WorkingDirectory
    tasks:
      - id: cloneRepository
        type: io.kestra.plugin.git.Clone
        url: file://${root}/whole.git
        branch: main

      - id: gitPythonScripts
        type: io.kestra.plugin.scripts.python.Commands
        warningOnStdErr: false
        commands:
          - python scripts/etl_script.py
        runner: DOCKER
        docker:
          image: ${image}
          config: |
            {
              "auths": {
                  "https://index.docker.io/v1/": {
                      "username": "annageller",
                      "password": "{{ 'DOCKER_PAT' }}"
                  }
              }
            }
      - id: output
        type: io.kestra.core.tasks.storages.LocalFiles
        outputs:
          - "*.csv"
          - "*.parquet"
`);
    expect([ended.state.current, saidBy(ended, 'gitPythonScripts')]).toEqual(['SUCCESS', ['INFO wrote it']]);
    const { uris } = outputsOf(ended, 'output') as { uris: Record<string, string> };
    expect(Object.keys(uris)).toEqual(['numbers.csv']);
    expect(await harness.workspace.storage.getText(uris['numbers.csv'] ?? '')).toBe('0,0\r\n1,1\r\n2,4\r\n');
  });
});

describe('an environment of conda on this machine', () => {
  it('is activated before the commands, whatever worker group the task asks for', async () => {
    harness = new FlowHarness();
    const ended = await harness.run(`id: local_python_script
namespace: dev

tasks:
  - id: conda_example
    type: io.kestra.plugin.scripts.python.Commands
    runner: PROCESS
    beforeCommands:
      # What the real one is too: a shell function.
      - conda() { CONDA_DEFAULT_ENV=$2; }
      - conda activate myCondaEnv
    commands:
      - echo in $CONDA_DEFAULT_ENV
    workerGroup:
      key: gpuKubernetes
`);
    expect([ended.state.current, saidBy(ended, 'conda_example')]).toEqual(['SUCCESS', ['INFO in myCondaEnv']]);
  });
});
