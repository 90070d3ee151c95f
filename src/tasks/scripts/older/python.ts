import { z } from 'zod';
import { choiceProperty, flagProperty, requiredText, textListProperty } from '../../properties.ts';
import { textList } from '../../property-schemas.ts';
import { checkMainFile } from './main-file.ts';
import type { OlderTask } from './older-task.ts';

/** Runs `main.py` of the input files by a virtual environment that it makes in the working directory. */
export const python: OlderTask = {
  name: 'Python',
  title: 'a Python script',
  successor: 'io.kestra.plugin.scripts.python.Script',
  language: { name: 'python', title: 'Python', image: 'python:3.13-slim', env: { PYTHONUNBUFFERED: 'true' } },
  properties: () => ({
    commands: textList()
      .optional()
      .meta({ title: 'The commands', default: ['./bin/python main.py'] }),
    args: textList().optional().meta({ title: 'Arguments, put behind every command' }),
    requirements: textList().optional().meta({ title: 'Python packages to install first' }),
    pythonPath: z.string().optional().meta({ title: 'The program that makes the environment', default: 'python' }),
    virtualEnv: z.boolean().optional().meta({
      title: 'Whether a virtual environment is made',
      description: 'Without one the requirements are not installed.',
      default: true,
    }),
    packageManager: z.enum(['PIP', 'UV']).optional().meta({ title: 'What installs the packages', default: 'PIP' }),
  }),
  check(properties) {
    if (properties.commands === undefined) checkMainFile(properties, 'main.py');
  },
  async commands(properties, expressions) {
    const list = (name: string) => textListProperty(name, properties[name], expressions);
    const manager = await choiceProperty(
      'packageManager',
      properties.packageManager,
      ['PIP', 'UV'],
      'PIP',
      expressions,
    );
    const own = properties.commands === undefined ? ['./bin/python main.py'] : await list('commands');
    const args = (await list('args')).map(argument => ` ${argument}`).join('');
    const commands = own.map(command => command + args);
    const made = await flagProperty('virtualEnv', properties.virtualEnv, true, expressions);
    if (!made) return commands;
    const requirements = (await list('requirements')).join(' ');
    if (manager === 'UV') {
      return [
        'uv venv --system-site-packages .venv > /dev/null',
        ...(requirements === '' ? [] : [`uv pip install --python .venv/bin/python ${requirements} > /dev/null`]),
        ...commands.map(command => command.replace(/^\.\/bin\/python/, './.venv/bin/python')),
      ];
    }
    const program = await requiredText('pythonPath', properties.pythonPath ?? anyPython, expressions);
    // Putting pip into the environment took 8 s of the 9 s that a task without requirements lasted.
    const withoutPip = requirements === '' && properties.commands === undefined ? '--without-pip ' : '';
    return [
      `${program} -m venv --system-site-packages ${withoutPip}. > /dev/null`,
      ...(requirements === '' ? [] : [`./bin/pip install ${requirements} > /dev/null`]),
      ...commands,
    ];
  },
  files: {
    'kestra.py': `import json
import time


def _send(message):
    print("::" + json.dumps(message) + "::", flush=True)


def _metric(name, type, value, tags):
    _send({"metrics": [{"name": name, "type": type, "value": value, "tags": tags or {}}]})


class Kestra:
    @staticmethod
    def outputs(map):
        _send({"outputs": map})

    @staticmethod
    def counter(name, value, tags=None):
        _metric(name, "counter", value, tags)

    @staticmethod
    def timer(name, duration, tags=None):
        if callable(duration):
            start = time.monotonic()
            duration()
            duration = time.monotonic() - start
        _metric(name, "timer", duration, tags)
`,
  },
};

/** Many machines have no `python`, only a `python3`. */
const anyPython = '$(command -v python || command -v python3)';
