/** Tasks that evaluate code inside Kestra's own Java process: not run here (docs/dev/decisions/0010). */

const successors: Readonly<Record<string, string>> = {
  'scripts.groovy': 'groovy',
  'scripts.jython': 'python',
  'scripts.nashorn': 'node',
  'graalvm.js': 'node',
  'graalvm.python': 'python',
  'graalvm.ruby': 'ruby',
};

/** What to use instead of such a type; undefined for any other. */
export function insteadOfInProcess(type: string): string | undefined {
  const [, plugin = '', task] = /^io\.kestra\.plugin\.(\w+\.\w+)\.(Eval|FileTransform)$/.exec(type) ?? [];
  const language = successors[plugin];
  if (language === undefined) return undefined;
  const files = task === 'Eval' ? '' : ' It gets the file by inputFiles and gives the new one by outputFiles.';
  return (
    'It runs code inside the Java process of Kestra itself, which is not here. Use ' +
    `io.kestra.plugin.scripts.${language}.Script: a line ::{"outputs":{"name":"value"}}:: gives outputs.${files}`
  );
}
