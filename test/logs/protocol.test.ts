import { describe, expect, it } from 'vitest';
import { readProtocol } from '../../src/logs/protocol.ts';
import { Real } from '../../src/model/value.ts';

describe('readProtocol', () => {
  it.each([
    'hello',
    '',
    '::{',
    '::{}',
    ' ::{"outputs":{}}::',
    'x ::{"outputs":{}}::',
    '::{"outputs":{}}:: ',
    '::[1]::',
  ])('takes %j as an ordinary line', line => {
    expect(readProtocol(line)).toBeUndefined();
  });

  it('reads outputs with their number kinds, and drops null values of maps', () => {
    const line = '::{"outputs":{"a":1,"d":1.0,"l":9007199254740993,"n":null,"m":{"x":null,"y":[null]}}}::';
    expect(readProtocol(line)).toEqual({
      outputs: { a: 1, d: new Real('double', '1.0'), l: 9007199254740993n, m: { y: [null] } },
    });
  });

  it('takes a return at the end away', () => {
    expect(readProtocol('::{"outputs":{"a":"b"}}::\r')).toEqual({ outputs: { a: 'b' } });
  });

  it('takes the first of two objects on one line', () => {
    expect(readProtocol('::{"outputs":{"a":"}::"}}:: ::{"outputs":{"b":2}}::')).toEqual({ outputs: { a: '}::' } });
  });

  it('accepts an object that says nothing', () => {
    expect(readProtocol('::{"other":1}::')).toEqual({});
    expect(readProtocol('::{}::')).toEqual({});
  });

  it('keeps a key named __proto__ an ordinary key', () => {
    const outputs = readProtocol('::{"outputs":{"__proto__":{"a":1}}}::')?.outputs ?? {};
    expect(Object.keys(outputs)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(outputs)).toBe(Object.prototype);
  });

  it.each([
    ['{"outputs":"x"}', 'Invalid outputs: they must be an object'],
    ['{"outputs":[1]}', 'Invalid outputs: they must be an object'],
    ['{"metrics":{}}', 'Invalid metrics: they must be an array'],
    ['{"logs":"x","outputs":null}', 'Invalid logs: they must be an array'],
  ])('warns of %s', (json, warning) => {
    expect(readProtocol(`::${json}::`)).toEqual({ warning });
  });

  it('warns of what is no JSON, with the line', () => {
    expect(readProtocol('::{outputs}::')?.warning).toMatch(/^Invalid outputs '.+' in the line ::\{outputs\}::$/s);
  });

  it('reads metrics; timers in milliseconds', () => {
    const metrics = [
      { name: 'c', type: 'counter', value: 2, tags: { k: 'v', n: 1 } },
      { name: 't', type: 'timer', value: 2.5 },
      { name: 'p', type: 'timer', value: 'PT2S' },
      { name: 'g', type: 'gauge', value: '1.0' },
    ];
    expect(readProtocol(`::${JSON.stringify({ metrics })}::`)).toEqual({
      metrics: [
        { name: 'c', type: 'counter', value: 2, tags: { k: 'v', n: '1' } },
        { name: 't', type: 'timer', value: 2500, tags: {} },
        { name: 'p', type: 'timer', value: 2000, tags: {} },
        { name: 'g', type: 'gauge', value: 1, tags: {} },
      ],
    });
  });

  it('keeps the good metrics beside a bad one', () => {
    const report = readProtocol(
      '::{"metrics":[{"name":"x","type":"counter","value":"many"},{"name":"y","type":"counter","value":1}]}::',
    );
    expect(report?.metrics).toEqual([{ name: 'y', type: 'counter', value: 1, tags: {} }]);
    expect(report?.warning).toContain("'x'");
  });

  it('reads log entries and warns of an unknown level', () => {
    const report = readProtocol('::{"logs":[{"level":"WARN","message":"careful"},{"level":"LOUD","message":"x"}]}::');
    expect(report?.logs).toEqual([{ level: 'WARN', message: 'careful' }]);
    expect(report?.warning).toContain('level');
  });
});
