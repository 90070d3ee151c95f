import { expect, it } from 'vitest';
import { FlowHarness, saidBy } from '../tasks/flow-harness.ts';

it('a local process inherits the environment without the server’s own secrets', async () => {
  const encoded = Buffer.from('hidden').toString('base64');
  const ours = { WINDLASS_DATABASE: 'postgres://u:p@h/d', KESTRA_ENCRYPTION_SECRET_KEY: 'k', SECRET_API: encoded };
  const harness = new FlowHarness({ ...process.env, ...ours, ORDINARY: 'yes' });
  try {
    const ended = await harness.run(`
tasks:
  - id: t
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    commands: ['env | grep -E "^(WINDLASS_DATABASE|KESTRA_|SECRET_|ORDINARY)" | sort']
`);
    expect(saidBy(ended, 't')).toEqual(['INFO ORDINARY=yes']);
  } finally {
    await harness.close();
  }
});
