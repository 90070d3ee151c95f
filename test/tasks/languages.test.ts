import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { languages } from '../../src/tasks/scripts/languages.ts';
import { goCache, npmInterpreter, npmInterpreters } from '../engines/interpreters.ts';
import { processRunner, TaskHarness } from './task-harness.ts';

/** For each language: the program it is run by, and a script that greets the variable WHO and reports an output. */
const scripts: Readonly<Record<string, { program: string; script: string }>> = {
  shell: { program: 'sh', script: `echo "hello $WHO"\necho '::{"outputs":{"x":1}}::'` },
  python: {
    program: 'python3',
    script: `import os\nprint("hello " + os.environ["WHO"])\nprint('::{"outputs":{"x":1}}::')`,
  },
  node: {
    program: 'node',
    script: `console.log('hello ' + process.env.WHO)\nconsole.log('::' + JSON.stringify({ outputs: { x: 1 } }) + '::')`,
  },
  bun: { program: 'bun', script: `console.log('hello ' + Bun.env.WHO)\nconsole.log('::{"outputs":{"x":1}}::')` },
  deno: { program: 'deno', script: `console.log('hello you')\nconsole.log('::{"outputs":{"x":1}}::')` },
  r: { program: 'Rscript', script: `cat("hello", Sys.getenv("WHO"), "\\n")\ncat('::{"outputs":{"x":1}}::\\n')` },
  julia: { program: 'julia', script: `println("hello ", ENV["WHO"])\nprintln("::{\\"outputs\\":{\\"x\\":1}}::")` },
  ruby: { program: 'ruby', script: `puts "hello #{ENV['WHO']}"\nputs '::{"outputs":{"x":1}}::'` },
  perl: { program: 'perl', script: `print "hello $ENV{WHO}\\n";\nprint '::{"outputs":{"x":1}}::', "\\n";` },
  php: { program: 'php', script: `<?php\necho 'hello ' . getenv('WHO') . "\\n";\necho '::{"outputs":{"x":1}}::';` },
  lua: { program: 'lua', script: `print("hello " .. os.getenv("WHO"))\nprint('::{"outputs":{"x":1}}::')` },
  go: {
    program: 'go',
    script:
      'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() {\n\tfmt.Println("hello", os.Getenv("WHO"))\n\tfmt.Println(`::{"outputs":{"x":1}}::`)\n}',
  },
  groovy: { program: 'groovy', script: `println "hello \${System.getenv('WHO')}"\nprintln '::{"outputs":{"x":1}}::'` },
  jbang: {
    program: 'jbang',
    script:
      'class Hello {\n  public static void main(String[] a) {\n    System.out.println("hello " + System.getenv("WHO"));\n    System.out.println("::{\\"outputs\\":{\\"x\\":1}}::");\n  }\n}',
  },
  dotnet: {
    program: 'dotnet-script',
    script:
      'Console.WriteLine("hello " + Environment.GetEnvironmentVariable("WHO"));\nConsole.WriteLine("::{\\"outputs\\":{\\"x\\":1}}::");',
  },
  fsharp: {
    program: 'dotnet',
    script:
      'printfn "hello %s" (System.Environment.GetEnvironmentVariable "WHO")\nprintfn "::{\\"outputs\\":{\\"x\\":1}}::"',
  },
  powershell: {
    program: 'pwsh',
    script: `Write-Output "hello $env:WHO"\nWrite-Output '::{"outputs":{"x":1}}::'`,
  },
};

/** Says what it was given, in place of an interpreter that this machine does not have. */
const standIn = `#!/bin/sh
for last; do :; done
file=$(printf '%s' "$last" | sed -n 's/.*& //p'); [ -n "$file" ] || file=$last
echo "hello $WHO"
echo "given $#: $*"
cat "$file"; echo
echo '::{"outputs":{"x":1}}::'
`;

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(() => harness.close());

/** The PATH on which the program's interpreter is; undefined where a stand-in takes its place. */
function pathOf(program: string): string | undefined {
  const path = process.env.PATH ?? '';
  const provided = npmInterpreters.includes(program) ? npmInterpreter(program) : undefined;
  if (provided !== undefined) return `${provided}:${path}`;
  const found = path.split(':').some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found ? path : undefined;
}

/** Debian's groovy looks for the default Java only. */
function javaHome(): string {
  return join(realpathSync(execFileSync('sh', ['-c', 'command -v java'], { encoding: 'utf8' }).trim()), '../..');
}

/** A PATH on which stand-ins come first. */
function withStandIn(...programs: string[]): string {
  const bin = join(harness.base, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const program of programs) writeFileSync(join(bin, program), standIn, { mode: 0o755 });
  return `${bin}:${process.env.PATH}`;
}

describe('scripts in every language', () => {
  it('are all tested here', () => {
    expect(Object.keys(scripts).sort()).toEqual(languages.map(({ name }) => name).sort());
  });

  for (const [name, { program, script }] of Object.entries(scripts)) {
    const path = pathOf(program);
    const real = path !== undefined;
    it(`${name}, by ${real ? 'its interpreter' : 'a stand-in'}`, async () => {
      const ended = await harness.run(`io.kestra.plugin.scripts.${name}.Script`, {
        taskRunner: { type: processRunner },
        script,
        env: {
          WHO: 'you',
          HOME: harness.base,
          ...(real && { PATH: path }),
          ...(real && name === 'groovy' && { JAVA_HOME: javaHome() }),
          ...(!real && { PATH: withStandIn(program, ...(name === 'dotnet' ? ['dotnet'] : [])) }),
          ...(real && name === 'go' && { GOCACHE: goCache }),
        },
      });
      expect(ended.failure).toBeUndefined();
      expect(ended.outputs).toMatchObject({ exitCode: 0, vars: { x: 1 } });
      expect(ended.said.map(line => line.trimEnd())).toContain('INFO hello you');
      // A stand-in shows the script as it was: it came whole, as a file.
      if (!real) expect(ended.said.join('\n')).toContain(`INFO ${script.split('\n')[0]}`);
    }, 120_000);
  }

  const ofShell = languages.filter(({ interpreter }) => interpreter === undefined).map(({ name }) => name);
  it.each(ofShell)('%s has Commands beside Script, given to a shell', async name => {
    const ended = await harness.run(`io.kestra.plugin.scripts.${name}.Commands`, {
      taskRunner: { type: processRunner },
      commands: ['echo hello'],
    });
    expect(ended.said).toEqual(['INFO hello']);
  });
});
