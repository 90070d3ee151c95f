/** Secrets of container tasks are in nothing that is shown, stored or started by us, whatever property holds them. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dockerUnderTest } from '../docker/engine.ts';
import { useSandbox } from './sandbox.ts';
import { docker, type ExecutionDocument } from './tasks.ts';

const sandbox = useSandbox();
const engine = await dockerUnderTest();
if ('unavailable' in engine) console.warn(`SKIPPED: Docker: ${engine.unavailable}`);

const secret = 'tr0ub4dor.and.3';
const read = "{{ secret('TOKEN') }}";
const runner = { type: 'io.kestra.plugin.scripts.runner.docker.Docker', pullPolicy: 'NEVER', networkMode: 'none' };
const refused = (id: string, more: object) => docker(id, ['true'], { allowFailure: true, ...more });

const tasks = [
  docker('works', ['echo "$TOKEN"; cat in.txt >&2; sleep 2'], {
    env: { TOKEN: read },
    inputFiles: { 'in.txt': read },
    taskRunner: {
      ...runner,
      credentials: { username: 'u', password: read },
      config: { auths: { 'r.example': { identitytoken: read } }, HttpHeaders: { 'X-Token': read } },
    },
  }),
  refused('image', { containerImage: `127.0.0.1:9/${read}:1`, taskRunner: { ...runner, pullPolicy: 'ALWAYS' } }),
  refused('memory', { taskRunner: { ...runner, memory: { memory: read } } }),
  refused('network', { taskRunner: { ...runner, networkMode: read } }),
  refused('user', { taskRunner: { ...runner, user: read } }),
  refused('program', { interpreter: [`/${read}`] }),
];

test.skipIf('unavailable' in engine)(
  'while a program runs, in refusals, in explain, and in what is stored',
  async () => {
    sandbox().write('secrets.env', `TOKEN=${secret}\n`);
    const file = sandbox().flow({ tasks });
    const given = ['--secrets', 'secrets.env'];
    const run = sandbox().start(['run', file, '--json', '--log-level', 'trace', ...given]);
    await run.says('******');
    const processes = readdirSync('/proc').filter(name => /^\d+$/.test(name));
    const holders = processes.filter(id => ['cmdline', 'environ'].some(name => ofProcess(id, name).includes(secret)));
    expect(holders).not.toEqual([]);
    // In the container: the program, and what it has started.
    const programs = holders.map(id => ofProcess(id, 'cmdline').split('\0')[0] ?? '');
    expect(programs.filter(name => !['/bin/sh', 'sleep', ''].includes(name))).toEqual([]);
    const { out, err } = await run.ended;
    const { taskRunList, logs } = JSON.parse(out) as ExecutionDocument;
    expect(taskRunList.map(({ state }) => state.current)).toEqual(['SUCCESS', ...Array(5).fill('WARNING')]);
    const refusals = logs.filter(({ level, taskId }) => level === 'ERROR' && taskId !== 'works');
    expect(refusals.filter(({ message }) => !message.includes('******'))).toEqual([]);
    const explained = await sandbox().run(['explain', file, ...given]);
    expect(explained).toMatchObject({ code: 0, out: expect.stringContaining('******') });
    expect(out + err + explained.out + explained.err + sandbox().stored()).not.toContain(secret);
  },
);

/** Empty when the process has ended meanwhile. */
function ofProcess(id: string, name: string): string {
  try {
    return readFileSync(`/proc/${id}/${name}`, 'latin1');
  } catch {
    return '';
  }
}
