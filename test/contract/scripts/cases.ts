/**
 * Script tasks whose result does not depend on the runner: the same commands give the same states, logs, outputs,
 * files and metrics everywhere. They are plain POSIX, for busybox as for any /bin/sh.
 */

export interface ScriptCase {
  readonly id: string;
  /** Of a shell.Commands task, or of another type when it says so. */
  readonly properties: Readonly<Record<string, unknown>>;
}

const commands = (id: string, list: readonly string[], more: object = {}): ScriptCase => ({
  id,
  properties: { commands: list, ...more },
});

const protocol = (id: string, object: unknown, redirect = ''): ScriptCase =>
  commands(id, [`echo '::${JSON.stringify(object)}::'${redirect}`]);

export const scriptCases: readonly ScriptCase[] = [
  commands('hello', ['echo hello']),
  commands('both_streams', ['echo 1; echo 2; echo 3', 'echo a >&2; echo b >&2']),
  commands('empty_lines', ['echo; echo "  x  "; echo']),
  commands('carriage_returns', ["printf 'a\\r\\nb\\rc\\n'"]),
  commands('no_last_newline', ['printf end']),
  commands('unicode', ['echo "héllo ✓ 日本 🎉"']),
  commands('invalid_utf8', ["printf 'a\\377\\376b\\n'"]),
  commands('control_characters', ["printf 'a\\033[31mred\\033[0m\\tb\\n'"]),
  // The pause is for containerd 1.6: it may lose what a program writes in its last moment.
  commands('many_lines', ['i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done; sleep 0.5']),
  commands('no_output', ['true']),
  commands('empty_commands', ['', '', 'echo x']),
  commands('crlf_commands', ['echo one\n\necho two']),
  commands('exit_code', ['exit 3']),
  commands('exit_255', ['exit 255']),
  commands('not_found', ['no-such-command-at-all 2>/dev/null']),
  // Not the first process itself: that of a container takes no signal from inside.
  commands('killed', ["sh -c 'kill -9 $$'", 'echo never']),
  commands('fail_fast', ['false', 'echo never']),
  commands('go_on', ['false', 'echo goes on'], { failFast: false }),
  commands('before', ['echo $A'], { beforeCommands: ['A=set'] }),
  commands('interpreter', ['echo $0'], { interpreter: ['/bin/sh', '-c'] }),
  commands('environment', ['echo "$A|$B|$C|$D"'], { env: { A: 'a b', B: '"\'$x`', C: 'line\nbreak', D: '' } }),
  commands('directories', ['[ "$(pwd)" = "$WORKING_DIR" ] && [ -d "$OUTPUT_DIR" ] && echo right']),
  commands('expressions', ['echo {{ 1 + 1 }} {{ flow.namespace }}']),
  commands('inputs', ['cat a.txt d/b.txt', 'ls d'], { inputFiles: { 'a.txt': 'A\n', 'd/b.txt': 'B\n' } }),
  commands('input_names', ["cat 'with space' ./-dash ünï .hidden"], {
    inputFiles: { 'with space': '1\n', '-dash': '2\n', ünï: '3\n', '.hidden': '4\n' },
  }),
  commands('empty_input', ['wc -c < empty'], { inputFiles: { empty: '' } }),
  commands('output_file', ['echo 1 > a.txt'], { outputFiles: ['a.txt'] }),
  commands('output_globs', ['mkdir -p d/e; touch a.csv d/b.csv d/e/c.csv x.txt'], {
    outputFiles: ['*.csv', 'd/**.csv'],
  }),
  commands('output_names', ["touch 'a b' ./-c ü .h"], { outputFiles: ['a b', '-c', 'ü', '.h'] }),
  commands('output_nothing', ['true'], { outputFiles: ['none-*.txt'] }),
  commands('output_twice', ['echo x > a.txt'], { outputFiles: ['a.txt', '*.txt', 'a.txt'] }),
  commands('output_directory', ['echo 1 > $OUTPUT_DIR/a; mkdir $OUTPUT_DIR/s; echo 2 > {{ outputDir }}/s/b']),
  commands('output_link', ['ln -s /etc/passwd leak; ln -s /dev/zero zero; echo x > real'], { outputFiles: ['*'] }),
  commands('output_hard_link', ['echo x > a; ln a b'], { outputFiles: ['a', 'b'] }),
  commands('output_pipe', ['mkfifo p; mkfifo $OUTPUT_DIR/q; ln -s /etc/hosts $OUTPUT_DIR/h; echo x > real'], {
    outputFiles: ['p', 'r*'],
  }),
  commands('output_link_named', ['echo x > real; ln -s real alias'], { outputFiles: ['alias'] }),
  commands('output_after_failure', ['echo kept > a.txt', 'exit 1'], { outputFiles: ['a.txt'] }),
  commands('output_large', ['head -c 3000000 /dev/zero > big'], { outputFiles: ['big'] }),
  protocol('vars', { outputs: { a: 1, b: 'x', c: { d: [1.5, true] }, e: null } }),
  commands('vars_merged', [`echo '::{"outputs":{"a":1,"b":1}}::'`, `echo '::{"outputs":{"b":2}}::'`]),
  protocol('vars_on_stderr', { outputs: { a: 1 } }, ' >&2'),
  commands('vars_after_failure', [`echo '::{"outputs":{"a":1}}::'`, 'exit 4']),
  protocol('metrics', {
    metrics: [
      { name: 'rows', type: 'counter', value: 3, tags: { t: 'x' } },
      { name: 'took', type: 'timer', value: 1.5 },
      { name: 'level', type: 'gauge', value: 0.25 },
    ],
  }),
  protocol('protocol_logs', {
    logs: [
      { level: 'WARN', message: 'careful' },
      { level: 'DEBUG', message: 'quiet' },
    ],
  }),
  commands('protocol_invalid', [`echo '::{"outputs":{"a"}}::'`, `echo 'text ::{"outputs":{"a":1}}::'`]),
  commands('many_variables', ['env | grep -c ^MANY_'], {
    env: Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`MANY_${index}`, `value ${index}`])),
  }),
  {
    id: 'long_script',
    properties: { type: 'io.kestra.plugin.scripts.shell.Script', script: `: ${'x'.repeat(1_000_000)}\necho done` },
  },
];
