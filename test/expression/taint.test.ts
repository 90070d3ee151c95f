/** Secrets and what is made from them can be told from ordinary text. */
import { describe, expect, test } from 'vitest';
import { createTaint, type RenderContext, render, renderTyped, variablesOf } from '../../src/expression/index.ts';
import type { ValueMap } from '../../src/model/value.ts';

const secret = 's3cr3t-value';

function contextOf(variables: ValueMap = {}): RenderContext & { taint: ReturnType<typeof createTaint> } {
  const secrets: Readonly<Record<string, string>> = { A: secret, JSON: '{"user":"admin","key":"k-123456"}' };
  return { variables: variablesOf(variables), services: { secret: async name => secrets[name] }, taint: createTaint() };
}

async function tainted(template: string, variables: ValueMap = {}): Promise<string[]> {
  const context = contextOf(variables);
  await renderTyped(template, context);
  return [...context.taint];
}

describe('taint', () => {
  test('holds the secret that was read', async () => {
    expect(await tainted("{{ secret('A') }}")).toEqual([secret]);
  });

  test.each([
    ["{{ secret('A') | upper }}", 'S3CR3T-VALUE'],
    ["{{ secret('A').toUpperCase() }}", 'S3CR3T-VALUE'],
    ["{{ secret('A') | base64encode }}", 'czNjcjN0LXZhbHVl'],
    ["{{ ('Bearer ' ~ secret('A')) | base64encode }}", 'QmVhcmVyIHMzY3IzdC12YWx1ZQ=='],
    ["{{ secret('A') | slice(0, 6) }}", 's3cr3t'],
    ["{{ secret('A') | split('-') | first }}", 's3cr3t'],
    ["{{ secret('A') | replace({'-': '+'}) }}", 's3cr3t+value'],
    ["{{ {'a': [secret('A')]} | toJson | base64encode }}", 'eyJhIjpbInMzY3IzdC12YWx1ZSJdfQ=='],
    ["{{ fromJson(secret('JSON')).key }}", 'k-123456'],
    ["{{ fromJson(secret('JSON')).key | upper }}", 'K-123456'],
    ["{{ secret('JSON', subkey='key') }}", 'k-123456'],
    ["{% filter upper %}x {{ secret('A') }}{% endfilter %}", 'X S3CR3T-VALUE'],
    ["{% macro m(x) %}<{{ x | lower }}>{% endmacro %}{{ m(secret('A') | upper) | sha1 }}", 'S3CR3T-VALUE'],
  ])('reaches %s', async (template, derived) => {
    expect(await tainted(template)).toContain(derived);
  });

  test('reaches what encrypt and decrypt give', async () => {
    const key = 'I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK';
    expect(await tainted(`{{ decrypt('${key}', encrypt('${key}', 'plain text')) }}`)).toEqual(['plain text']);
  });

  test('is kept from one rendering to the next', async () => {
    const context = contextOf({ output: `Bearer ${secret}` });
    await render("{{ secret('A') }}", context);
    await render('{{ output | urlencode }}', context);
    expect([...context.taint]).toContain(`Bearer+${secret}`);
  });

  test('does not reach ordinary text', async () => {
    expect(await tainted("{{ secret('A') }}{{ name | upper }}{{ 'a' ~ name }}", { name: 'world' })).toEqual([secret]);
    expect(
      await tainted("{{ [name, secret('A')] | first }}{{ [secret('A'), 'x'] | join(',') }}", { name: 'world' }),
    ).toEqual([secret, `${secret},x`]);
    expect(await tainted("{{ secret('A') | length }}{{ secret('A') == 'x' }}")).toEqual([secret]);
    expect(await tainted("{{ fromJson(secret('JSON')) | keys }}")).not.toContain('user');
  });

  test('is not read by an error message', async () => {
    const broken = "{{ fromJson(secret('A')) }}";
    await expect(render(broken, contextOf())).rejects.not.toThrow(/s3cr3t/);
    await expect(render("{{ secret('A') * 2 }}", contextOf())).rejects.not.toThrow(/s3cr3t/);
    await expect(render("{{ yaml('[' ~ secret('A')) }}", contextOf())).rejects.not.toThrow(/s3cr3t/);
  });
});
