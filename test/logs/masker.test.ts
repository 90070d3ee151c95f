import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAtLeast, logLevelOf } from '../../src/logs/levels.ts';
import { Masker } from '../../src/logs/masker.ts';
import { cpuMs } from '../cpu-time.ts';

function masked(text: string, ...secrets: string[]): string {
  const masker = new Masker();
  for (const secret of secrets) masker.add(secret);
  return masker.mask(text);
}

describe('Masker', () => {
  it('does nothing until it has a secret', () => {
    const masker = new Masker();
    expect(masker.active).toBe(false);
    expect(masker.mask('text')).toBe('text');
    masker.add('');
    masker.add('  ');
    expect(masker.active).toBe(false);
  });

  it('masks every place, also for a secret that comes later', () => {
    const masker = new Masker();
    masker.add('first');
    expect(masker.mask('first second first')).toBe('****** second ******');
    masker.add('second');
    expect(masker.mask('first second')).toBe('****** ******');
  });

  it('masks the longer of two secrets that begin alike', () => {
    expect(masked('token token-long', 'token', 'token-long')).toBe('****** ******');
  });

  it('takes no character of a secret as a pattern', () => {
    expect(masked('a.c abc [x]{1}|^$', 'a.c', '[x]{1}|^$')).toBe('****** abc ******');
  });

  it.each([
    ['base64', (s: string) => Buffer.from(s).toString('base64')],
    ['base64 of a line', (s: string) => Buffer.from(`${s}\n`).toString('base64')],
    ['base64url', (s: string) => Buffer.from(s).toString('base64url')],
    ['URL', (s: string) => encodeURIComponent(s)],
    ['form', (s: string) => new URLSearchParams({ a: s }).toString().slice(2)],
    ['JSON', (s: string) => JSON.stringify(s)],
    ['JSON in JSON', (s: string) => JSON.stringify(JSON.stringify(s))],
    [
      'Python JSON',
      (s: string) => execFileSync('python3', ['-c', 'import json,sys; print(json.dumps(sys.argv[1]))', s]).toString(),
    ],
    ['shell', (s: string) => `'${s.replaceAll("'", "'\\''")}'`],
  ])('masks the %s form', (_name, encode) => {
    for (const secret of ['s3cr3t-value', 'p@ss w/ö"rd\'s+1~?', 'Ünï€cödé/\\ 😀!']) {
      const text = masked(`before ${encode(secret)} after`, secret);
      expect(text).toMatch(/^before ["\\]{0,3}'?\*{6}.{0,4}\s? after$/s);
    }
  });

  it('masks base64 inside a longer encoded text, at every alignment', () => {
    for (const lead of ['', 'u', 'us', 'user:']) {
      const encoded = Buffer.from(`${lead}my-password-1${lead}`).toString('base64');
      const text = masked(encoded, 'my-password-1');
      expect(text).toContain('******');
      expect(encoded.length - text.length).toBeGreaterThan(6);
    }
  });

  it('masks base64 that is broken into lines', () => {
    const secret = 'k'.repeat(50) + 'ey'.repeat(60);
    const wrapped = (
      Buffer.from(secret)
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join('\n');
    expect(masked(wrapped, secret)).toMatch(/^(\*{6}\n?)+$/);
  });

  it('masks each line of a secret of several lines, but no scraps of it', () => {
    const secret = '{\n  "key": "abcdef",\n  "x": 1\n}\n';
    expect(masked(secret, secret)).toBe('******');
    expect(masked('{ } "key": "abcdef", "x": 1', secret)).toBe('{ } ****** ******');
  });

  it('masks what is too short or an everyday word only where it is the whole line', () => {
    expect(masked('ab cab\nab\ntrue', 'ab', 'true')).toBe('ab cab\n******\n******');
  });

  it('leaves no secret of eight characters or more in any text', () => {
    const secret = fc.string({ minLength: 8, maxLength: 30 }).filter(text => text.trim().length > 7);
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
        expect(masked(before + hidden + after, hidden)).not.toContain(hidden);
      }),
    );
  });

  it('masks 1 MiB with 200 secrets within a second', () => {
    const masker = new Masker();
    for (let count = 0; count < 200; count++) masker.add(`secret-number-${count}-${'x'.repeat(20)}`);
    const text = 'an ordinary line of a log, with s and se and secret-number-\n'.repeat(17_500);
    masker.mask('');
    expect(cpuMs(() => expect(masker.mask(text)).toBe(text))).toBeLessThan(1000);
  });
});

describe('log levels', () => {
  it('are ordered', () => {
    expect(isAtLeast('WARN', 'INFO')).toBe(true);
    expect(isAtLeast('INFO', 'INFO')).toBe(true);
    expect(isAtLeast('DEBUG', 'INFO')).toBe(false);
    expect(logLevelOf('LOUD')).toBeUndefined();
  });
});
