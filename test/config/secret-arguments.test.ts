import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/cli/settings.ts';
import { SecretStore } from '../../src/config/secret-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('--secret', () => {
  it('wins over the file, that over what is kept, and that over the environment', () => {
    const secrets = join(folder, 'secrets.env');
    writeFileSync(secrets, 'A=file\nB=file\n');
    const environment = { SECRET_A: btoa('env'), SECRET_B: btoa('env'), SECRET_C: btoa('env') };
    const { config } = readSettings({ secrets, secret: ['a=given=1', 'd='] }, environment);
    expect(config.secrets).toEqual({ A: 'given=1', B: 'file', C: 'env', D: '' });
    new SecretStore(folder).set('b', 'kept');
    new SecretStore(folder).set('c', 'kept');
    expect(readSettings({ secrets, state: folder }, environment).config.secrets).toEqual({
      A: 'file',
      B: 'file',
      C: 'kept',
    });
  });

  it('is refused without repeating it', () => {
    expect(() => readSettings({ secret: ['hidden'] }, {})).toThrow(/^--secret: write it as NAME=value\.$/);
  });
});
