/**
 * Flows of Kestra's page on the Kubernetes task runner, pulled images (`ALWAYS`) included. What is changed: the cluster's
 * address and credentials, and what the images have, as all are one of ours without pip and Kestra's package. Those for
 * GKE and EKS are in kubernetes-clouds.test.ts. 8 s.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { useSandbox } from './sandbox.ts';

const found = clusterUnderTest();

/** What the package of Kestra's image does for outputs. */
const kestraPackage = `import json

class Kestra:
    @staticmethod
    def outputs(values):
        print("::" + json.dumps({"outputs": values}) + "::")
`;

interface Shown {
  readonly state: { readonly current: string };
  readonly taskRunList: readonly {
    readonly taskId: string;
    readonly state: { readonly current: string };
    readonly outputs: { readonly vars?: object; readonly outputFiles?: Readonly<Record<string, string>> };
  }[];
  readonly logs: readonly { readonly message: string }[];
}

if ('unavailable' in found || found.own === undefined) {
  test.skip('flows of the guide to Kubernetes: no cluster of our own runs here', () => {});
} else {
  const { client, kubeconfig, own } = found;
  const sandbox = useSandbox();
  const user = parse(readFileSync(kubeconfig, 'utf8')).users[0].user as Readonly<Record<string, string>>;
  const config = {
    masterUrl: own.server.href,
    caCertData: own.authority.toString('base64'),
    clientCertData: user['client-certificate-data'],
    clientKeyData: user['client-key-data'],
  };
  const kubernetes = 'io.kestra.plugin.ee.kubernetes.runner.Kubernetes';

  async function shown(flow: object, ...args: readonly string[]): Promise<Shown> {
    const { out } = await sandbox().run(['run', sandbox().flow(flow), '--json', ...args]);
    const selector = encodeURIComponent(`kestra.io/namespace=${sandbox().namespace}`);
    const pods = await client.expect('GET', `/api/v1/namespaces/default/pods?labelSelector=${selector}`);
    expect(pods.items.filter((pod: { metadata: object }) => !('deletionTimestamp' in pod.metadata))).toEqual([]);
    return JSON.parse(out) as Shown;
  }

  test('a certificate, a file in, files out', async () => {
    sandbox().write('given.txt', 'given\n');
    const { state, taskRunList, logs } = await shown(
      {
        inputs: [{ id: 'file', type: 'FILE' }],
        tasks: [
          {
            id: 'shell',
            type: 'io.kestra.plugin.scripts.shell.Commands',
            inputFiles: { 'data.txt': '{{ inputs.file }}' },
            outputFiles: ['*.txt'],
            containerImage: 'centos',
            taskRunner: { type: kubernetes, config },
            commands: ['echo "Hello from a Kubernetes task runner!"', 'cp data.txt out.txt'],
          },
        ],
      },
      '--input',
      'file=@given.txt',
    );
    expect(state.current).toBe('SUCCESS');
    expect(logs.map(({ message }) => message)).toContain('Hello from a Kubernetes task runner!');
    expect(Object.keys(taskRunList[0]?.outputs.outputFiles ?? {}).sort()).toEqual(['data.txt', 'out.txt']);
  });

  test('a Python script with resources, outputs and a file', async () => {
    const script = `import platform
import socket
import sys
import json
from kestra import Kestra

print("Hello from a Kubernetes runner!")

host = platform.node()
py_version = platform.python_version()
platform_info = platform.platform()
os_arch = f"{sys.platform}/{platform.machine()}"

def print_environment_info():
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
    const { state, taskRunList } = await shown({
      tasks: [
        {
          id: 'python_script',
          type: 'io.kestra.plugin.scripts.python.Script',
          containerImage: 'ghcr.io/kestra-io/pydata:latest',
          taskRunner: {
            type: kubernetes,
            namespace: 'default',
            pullPolicy: 'ALWAYS',
            config: { username: 'docker-desktop', ...config },
            resources: { request: { cpu: '500m', memory: '128Mi' } },
          },
          inputFiles: { 'kestra.py': kestraPackage },
          outputFiles: ['*.json'],
          script,
        },
      ],
    });
    expect(state.current).toBe('SUCCESS');
    const [run] = taskRunList;
    expect(run?.outputs.vars).toMatchObject({ os_arch: 'linux/x86_64', python_version: expect.any(String) });
    expect(Object.keys(run?.outputs.outputFiles ?? {})).toEqual(['environment_info.json']);
  });

  test('two tasks at once that get their runner by forced plugin defaults', async () => {
    const python = 'io.kestra.plugin.scripts.python';
    const taskRunner = { type: kubernetes, namespace: 'default', pullPolicy: 'ALWAYS', config };
    const tasks = [
      {
        id: 'run_command',
        type: `${python}.Commands`,
        containerImage: 'ghcr.io/kestra-io/kestrapy:latest',
        commands: ['python --version'],
      },
      {
        id: 'run_python',
        type: `${python}.Script`,
        containerImage: 'ghcr.io/kestra-io/pydata:latest',
        // As published: the name is not defined.
        script:
          'import socket\n\nip_address = socket.gethostbyname(hostname)\nprint(f"Host IP Address: {ip_address}")\n',
      },
    ];
    const { state, taskRunList, logs } = await shown({
      tasks: [{ id: 'parallel', type: 'io.kestra.plugin.core.flow.Parallel', tasks }],
      pluginDefaults: [{ type: python, forced: true, values: { taskRunner } }],
    });
    expect(state.current).toBe('FAILED');
    const states = Object.fromEntries(taskRunList.map(({ taskId, state }) => [taskId, state.current]));
    expect(states).toEqual({ parallel: 'FAILED', run_command: 'SUCCESS', run_python: 'FAILED' });
    expect(logs.map(({ message }) => message).join('\n')).toMatch(/NameError: name 'hostname' is not defined/);
  });
}
