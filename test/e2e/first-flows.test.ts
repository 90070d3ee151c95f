/** The flows that a new user is shown: with the commands and in the form that the documentation has them. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { dockerUnderTest, docker as engineCommand } from '../docker/engine.ts';
import { useSandbox } from './sandbox.ts';
import type { ExecutionDocument } from './tasks.ts';

const sandbox = useSandbox();
const engine = await dockerUnderTest();
const noEngine = 'unavailable' in engine;
const pythonImage = 'windlass-python:latest';
const noPython =
  noEngine ||
  (await engineCommand('image', 'inspect', pythonImage).then(
    () => false,
    () => true,
  ));

beforeAll(() => {
  if (noEngine) console.log('skipped: the first flows need a Docker engine');
  else if (noPython) console.log(`skipped: the Python flow needs the image ${pythonImage}`);
});

const first = `id: first
namespace: NAMESPACE
inputs:
  - id: name
    type: STRING
    defaults: world
tasks:
  - id: make
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    taskRunner:
      type: io.kestra.plugin.scripts.runner.docker.Docker
      cpu: {cpus: 1}
    outputFiles: ["*.txt"]
    commands:
      - echo "hello {{ inputs.name }}" > greeting.txt
      - |
        echo '::{"outputs":{"lines":1}}::'
  - id: use
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    inputFiles:
      in.txt: "{{ outputs.make.outputFiles['greeting.txt'] }}"
    commands:
      - cat in.txt
      - echo "{{ outputs.make.vars.lines }} line, in {{ workingDir }}"
`;

describe.skipIf(noEngine)('the first flow', () => {
  test('runs in a container and a local process, and shows its outputs', async () => {
    const file = sandbox().write('first.yaml', first.replace('NAMESPACE', sandbox().namespace));
    const { out, err, code } = await sandbox().run(['run', file, '-i', 'name=you']);
    expect(code).toBe(0);
    expect(err).toMatch(/INFO +use +hello you\n.*INFO +use +1 line, in \//);
    expect(out).toMatch(/make +SUCCESS[\s\S]*use +SUCCESS/);
    expect(out).toMatch(/make\.lines = 1/);
    const path = /greeting\.txt +(\S+)/.exec(out)?.[1] ?? '';
    expect(readFileSync(path, 'utf8')).toBe('hello you\n');
  });
});

/** As in the package that Kestra's images hold: outputs are a line on stdout. */
const kestraPackage = `import json
class Kestra:
    @staticmethod
    def outputs(values):
        print("::" + json.dumps({"outputs": values}) + "::")
`;

const environmentInfo = `id: environment_info
namespace: NAMESPACE
tasks:
  - id: python_script
    type: io.kestra.plugin.scripts.python.Script
    containerImage: ${pythonImage}
    taskRunner:
      type: io.kestra.plugin.scripts.runner.docker.Docker
      pullPolicy: IF_NOT_PRESENT
    inputFiles:
      kestra.py: ${JSON.stringify(kestraPackage)}
    outputFiles:
      - "*.json"
    script: |
      import platform
      import socket
      import sys
      import json
      from kestra import Kestra

      print("Hello from a container!")

      host = platform.node()
      py_version = platform.python_version()
      platform_info = platform.platform()
      os_arch = f"{sys.platform}/{platform.machine()}"

      def print_environment_info():
          print(f"Host name: {host}")
          print(f"Python version: {py_version}")
          print(f"Platform: {platform_info}")
          print(f"OS/Arch: {os_arch}")

          env_info = {
              "host": host,
              "platform": platform_info,
              "os_arch": os_arch,
              "python_version": py_version,
          }
          Kestra.outputs(env_info)

          with open("environment_info.json", "w") as json_file:
              json.dump(env_info, json_file, indent=4)

      if __name__ == "__main__":
          print_environment_info()
`;

describe.skipIf(noPython)('the Python flow', () => {
  test('gives its outputs and its file', async () => {
    const file = sandbox().write('flow.yaml', environmentInfo.replace('NAMESPACE', sandbox().namespace));
    const { state, taskRunList, logs } = await sandbox().json<ExecutionDocument>('run', file);
    expect(state.current).toBe('SUCCESS');
    expect(logs.filter(({ level }) => level === 'INFO').map(({ message }) => message)).toEqual([
      'Hello from a container!',
      expect.stringMatching(/^Host name: [0-9a-f]{12}$/),
      expect.stringMatching(/^Python version: 3\./),
      expect.stringMatching(/^Platform: Linux-/),
      expect.stringMatching(/^OS\/Arch: linux\//),
    ]);
    expect(taskRunList[0]?.outputs).toMatchObject({
      exitCode: 0,
      vars: { python_version: expect.stringMatching(/^3\./) },
      outputFiles: { 'environment_info.json': expect.stringMatching(/^kestra:\/\/\/.*environment_info\.json$/) },
    });
  });
});
