import { z } from 'zod';
import type { ValueMap } from '../../../model/value.ts';
import { requiredText, textListProperty } from '../../properties.ts';
import { textList } from '../../property-schemas.ts';
import { checkMainFile, namesFile } from './main-file.ts';
import type { OlderTask } from './older-task.ts';

/** Runs `main.js` of the input files, after `npm install` where there is a `package.json`. */
export const node: OlderTask = {
  name: 'Node',
  title: 'a Node.js script',
  successor: 'io.kestra.plugin.scripts.node.Script',
  language: { name: 'node', title: 'Node.js', image: 'node' },
  properties: () => ({
    nodePath: z.string().optional().meta({ title: 'The program that runs the script', default: 'node' }),
    npmPath: z.string().optional().meta({ title: 'The program that installs packages', default: 'npm' }),
    args: textList().optional().meta({ title: 'Arguments of the script' }),
  }),
  check: properties => checkMainFile(properties, 'main.js'),
  async commands(properties: ValueMap, expressions) {
    const program = await requiredText('nodePath', properties.nodePath ?? 'node', expressions);
    const npm = await requiredText('npmPath', properties.npmPath ?? 'npm', expressions);
    const args = await textListProperty('args', properties.args, expressions);
    // npm is a script that looks for node on the PATH.
    const path = program.includes('/') ? [`PATH="$PATH:${program.replace(/\/[^/]*$/, '')}"`] : [];
    const install = namesFile(properties, 'package.json') ? [`${npm} i > /dev/null`] : [];
    return [...path, ...install, [program, 'main.js', ...args].join(' ')];
  },
  files: {
    'kestra.js': `const send = message => console.log('::' + JSON.stringify(message) + '::');
const metric = (name, type, value, tags = {}) => send({ metrics: [{ name, type, value, tags }] });

module.exports = {
  outputs: outputs => send({ outputs }),
  counter: (name, value, tags) => metric(name, 'counter', value, tags),
  timer: (name, duration, tags) => {
    if (typeof duration !== 'function') return metric(name, 'timer', duration, tags);
    const start = performance.now();
    duration(() => metric(name, 'timer', (performance.now() - start) / 1000, tags));
  },
};
`,
  },
};
