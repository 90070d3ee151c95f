/** Short ways to read a flow in tests. */
import { readFlows } from '../../src/flow/index.ts';
import type { Flow, Problem } from '../../src/model/flow.ts';
import type { PluginDefault } from '../../src/model/plugin-default.ts';
import { testCatalog } from './test-catalog.ts';

export function read(
  text: string,
  pluginDefaults: readonly PluginDefault[] = [],
): { flows: Flow[]; problems: Problem[] } {
  return readFlows({ name: 'flow.yaml', text }, { catalog: testCatalog, pluginDefaults });
}

/** The flow of a text that must be right. */
export function good(text: string, pluginDefaults?: readonly PluginDefault[]): Flow {
  const { flows, problems } = read(text, pluginDefaults);
  const [flow] = flows;
  if (!flow || problems.some(problem => problem.severity === 'error'))
    throw new Error(`refused: ${JSON.stringify(problems)}`);
  return flow;
}

/** A flow with these tasks (YAML, indented by two). */
export function withTasks(tasks: string, head = ''): string {
  return `id: t\nnamespace: company.team\n${head}tasks:\n${tasks}`;
}

/** `line:column code` of every problem. */
export function places({ problems }: { problems: readonly Problem[] }): string[] {
  return problems.map(({ position, code }) => `${position.line}:${position.column} ${code}`);
}

export const logTask = '  - {id: log, type: io.kestra.plugin.core.log.Log, message: hi}\n';

/** Takes `‸` out of a text; it stands in front of the place that a problem is expected at. */
export function marked(text: string): { text: string; place: string } {
  const before = text.slice(0, text.indexOf('‸'));
  const line = before.split('\n').length;
  return { text: text.replace('‸', ''), place: `${line}:${before.length - before.lastIndexOf('\n')}` };
}
