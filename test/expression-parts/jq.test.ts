import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JqError, jq } from '../../src/expression/jq/index.ts';
import { double, numericKind, Real, type Value } from '../../src/model/value.ts';
import { cpuMs } from '../cpu-time.ts';

/** Program, input, outputs. All were compared with jq 1.6 itself, but for those that say otherwise. */
type Case = readonly [program: string, input: Value, outputs: readonly Value[]];

function check(cases: readonly Case[]): void {
  test.each(cases)('%s', (program, input, outputs) => {
    expect(jq(program, input)).toEqual(outputs);
  });
}

describe('paths into values', () => {
  const rows = [
    { n: 'x', v: 1 },
    { n: 'y', v: 2 },
  ];
  check([
    ['.', { a: 1 }, [{ a: 1 }]],
    ['.a.b', { a: { b: 'deep' } }, ['deep']],
    ['.["a"]."b"', { a: { b: 1 } }, [1]],
    ['.[].n', rows, ['x', 'y']],
    ['.[-1].v', rows, [2]],
    ['.[1:]', [1, 2, 3], [[2, 3]]],
    ['.[:-1]', 'añ😀', ['añ']],
    ['.zz', {}, [null]],
    ['.a?, .[]?', 'text', []],
    ['..', [[1]], [[[1]], [1], 1]],
    ['.[(0,1)]', [5, 6], [5, 6]],
    ['.__proto__, .constructor', {}, [null, null]],
  ]);
});

describe('building and choosing', () => {
  check([
    ['[.[] | . * 2]', [3, 1, 2], [[6, 2, 4]]],
    [
      '{a: (1,2), b: (3,4)}',
      null,
      [
        { a: 1, b: 3 },
        { a: 1, b: 4 },
        { a: 2, b: 3 },
        { a: 2, b: 4 },
      ],
    ],
    ['{a, "b", (.c): 1, "d\\(.a)": 2, @base64 "x": 3}', { a: 1, b: 2, c: 'k' }, [{ a: 1, b: 2, k: 1, d1: 2, x: 3 }]],
    ['. as $x | {$x, if: 1}', 1, [{ x: 1, if: 1 }]],
    ['(1,2) + (10,20)', null, [11, 12, 21, 22]],
    ['"\\(1,2) \\(3,4)"', null, ['1 3', '2 3', '1 4', '2 4']],
    ['.a // .b // "none"', { a: null, b: false }, ['none']],
    ['(1, null, 2) // 3', null, [1, 2]],
    ['[.[] | if . == 0 then "zero" elif . < 0 then "neg" else "pos" end]', [0, -1, 1], [['zero', 'neg', 'pos']]],
    ['[(true,false) and (true,false)]', null, [[true, false, false]]],
    ['[1, 2 | . * 10]', null, [[10, 20]]],
    ['1 + 2 * 3 - 4 / 2 % 3', null, [5]],
    ['[.[] | not]', [null, 0, ''], [[true, false, false]]],
    ['try error("x") catch .', null, ['x']],
    ['try error({a: 1}) catch .a', null, [1]],
    ['[.[] | try tonumber catch "bad"]', ['1', 'x'], [[1, 'bad']]],
    ['[label $out | 1, 2, break $out, 3]', null, [[1, 2]]],
    ['# a comment\n1 # another', null, [1]],
    ['"\\u00e9\\n\\t\\"\\\\"', null, ['é\n\t"\\']],
  ]);

  test('an error after a try passes through it', () => {
    expect(() => jq('(try (1, 2) catch 9) | error("later")', null)).toThrow('later');
  });
});

describe('binding and folding', () => {
  check([
    ['. as [$a, {b: $c}] | [$a, $c]', [1, { b: 2 }], [[1, 2]]],
    ['. as {$a, "b": [$x], (.k): $z} | [$a, $x, $z]', { a: 1, b: [2], k: 'q', q: 3 }, [[1, 2, 3]]],
    ['.[] as [$a] ?// $a | [$a]', [[1], 2], [[1], [2]]],
    ['reduce .[] as $x (0; . + $x)', [1, 2, 3], [6]],
    [
      'reduce .[] as [$k, $v] ({}; .[$k] += $v)',
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ],
      [{ a: 4, b: 2 }],
    ],
    [
      '[foreach .[] as $x (0; . + $x; [$x, .])]',
      [1, 2],
      [
        [
          [1, 1],
          [2, 3],
        ],
      ],
    ],
    ['def f(g; $n): [g, $n]; f(.a; .b)', { a: 1, b: 2 }, [[1, 2]]],
    ['def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; fac', 10, [3628800]],
    ['def f: def g: 3; g; f', null, [3]],
    ['. as $x | def f(g): $x | g; 2 | f(. + 1)', 1, [2]],
    ['[limit(3; 1 | repeat(.))], first(range(5; 10)), [range(0; 10; 4)]', null, [[1, 1, 1], 5, [0, 4, 8]]],
    ['[.[] | until(. > 100; . * 2)]', [1, 3], [[128, 192]]],
    ['[recurse(if . < 3 then . + 1 else empty end)]', 0, [[0, 1, 2, 3]]],
    ['isempty(empty), any(. > 1), all(. > 1)', [1, 2], [true, true, false]],
  ]);
});

describe('states of reduce are not shared', () => {
  check([
    ['reduce (1, 2) as $x ({}; .all += [$x] | .copy = .all)', null, [{ all: [1, 2], copy: [1, 2] }]],
    ['reduce (1, 2, 3) as $x ([]; . + [.])', null, [[[], [[]], [[], [[]]]]]],
    [
      '. as $start | reduce (1, 2) as $x ($start; .a += [$x]) | [., $start]',
      { a: [0] },
      [[{ a: [0, 1, 2] }, { a: [0] }]],
    ],
    ['reduce (1, 2) as $x ({}; if $x == 1 then .a = 1 else .b |= . end)', null, [{ a: 1, b: null }]],
    ['reduce (1, 2) as $x ({}; .list |= . + [$x])', null, [{ list: [1, 2] }]],
    ['reduce (1, 2, 3) as $x ({a: [1]}; .b = .a | .a += [$x])', null, [{ a: [1, 1, 2, 3], b: [1, 1, 2] }]],
    ['reduce range(3) as $i ([0, 1, 2]; .[$i] |= empty)', null, [[1]]],
    ['reduce (1, 2) as $x (0; empty)', null, [null]],
  ]);

  test('in place or not, updates of nested values end the same', () => {
    const key = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(fc.array(fc.tuple(key, key, fc.nat(9))), rows => {
        const inPlace = jq('reduce .[] as [$k, $l, $v] ({}; .[$k][$l] += [$v] | .[$k].n += 1)', rows);
        const copied = jq('reduce .[] as [$k, $l, $v] ({}; . as $s | $s | .[$k][$l] += [$v] | .[$k].n += 1)', rows);
        expect(inPlace).toEqual(copied);
      }),
    );
  });
});

describe('updates', () => {
  check([
    ['.a = 1 | .b.c = 2', null, [{ a: 1, b: { c: 2 } }]],
    ['.[] |= . + 1', [1, 2], [[2, 3]]],
    ['.[] += 1', { a: 1 }, [{ a: 2 }]],
    ['.a //= 5 | .b //= 6', { a: 1 }, [{ a: 1, b: 6 }]],
    [
      '(.a, .b) = (1, 2)',
      null,
      [
        { a: 1, b: 1 },
        { a: 2, b: 2 },
      ],
    ],
    ['.[1:] = [9, 9, 9]', [1, 2, 3], [[1, 9, 9, 9]]],
    ['del(.[0, 2])', [1, 2, 3], [[2]]],
    ['del(.a.b, .c)', { a: { b: 1, d: 2 }, c: 3 }, [{ a: { d: 2 } }]],
    ['del(.[] | select(. > 1))', [1, 2, 3], [[1]]],
    ['(.. | numbers) |= . * 2', { a: [1, { b: 2 }] }, [{ a: [2, { b: 4 }] }]],
    ['(.a, .a.b) |= (if type == "object" then {b: 7} else . + 1 end)', { a: { b: 1 } }, [{ a: { b: 8 } }]],
    ['.a[2] = 1', {}, [{ a: [null, null, 1] }]],
    ['to_entries, with_entries(.value += 1)', { a: 1 }, [[{ key: 'a', value: 1 }], { a: 2 }]],
    ['map_values(. + 1), map_values(empty)', { a: 1 }, [{ a: 2 }, {}]],
    ['path(.a[0])', { a: [1] }, [['a', 0]]],
    ['[paths]', { a: [1] }, [[['a'], ['a', 0]]]],
    ['getpath(["a", "b"]), setpath(["a"]; 1), delpaths([["a"]])', { a: { b: 2 } }, [2, { a: 1 }, {}]],
    ['pick(.a.b), pick(.c[1])', { a: { b: 1, x: 2 }, c: [1, 2] }, [{ a: { b: 1 } }, { c: [null, 2] }]],
    ['.["__proto__"] = {x: 1} | keys, .x', {}, [['__proto__'], null]],
  ]);

  test('an update without output deletes all that it should (as jq 1.7; 1.6 leaves every other one)', () => {
    expect(jq('(.[] | select(. >= 2)) |= empty', [1, 5, 3, 0, 7])).toEqual([[1, 0]]);
  });
});

describe('builtins', () => {
  check([
    ['keys, length, add, (map(. + 1))', [3, 1], [[0, 1], 2, 4, [4, 2]]],
    [
      'keys, keys_unsorted',
      { b: 1, a: 2 },
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
    ],
    ['sort, min, max, unique, reverse', [3, 1, 3], [[1, 3, 3], 1, 3, [1, 3], [3, 1, 3]]],
    ['sort', [{}, [], 'a', 1, true, false, null], [[null, false, true, 1, 'a', [], {}]]],
    ['group_by(.a) | map(length)', [{ a: 1 }, { a: 2 }, { a: 1 }], [[2, 1]]],
    [
      '[sort_by(-.a)[].a], min_by(.a).a, [unique_by(.a % 2)[].a]',
      [{ a: 1 }, { a: 3 }, { a: 2 }],
      [[3, 2, 1], 1, [2, 1]],
    ],
    [
      'flatten, flatten(1), add',
      [[1, [2]], [3]],
      [
        [1, 2, 3],
        [1, [2], 3],
        [1, [2], 3],
      ],
    ],
    ['has("a"), has("b")', { a: 1 }, [true, false]],
    ['contains({a: ["b"]}), inside({a: ["abc"], c: 1})', { a: ['abc'] }, [true, true]],
    ['indices(1), index(1), rindex(1), indices([1, 2])', [1, 2, 1, 2], [[0, 2], 0, 2, [0, 2]]],
    [
      'transpose',
      [[1], [2, 3]],
      [
        [
          [1, 2],
          [null, 3],
        ],
      ],
    ],
    [
      'from_entries',
      [
        { key: 'a', value: false },
        { name: 'b', value: 1 },
        { k: 'c', v: 2 },
      ],
      [{ a: false, b: 1, c: 2 }],
    ],
    ['walk(if type == "number" then . + 1 else . end)', [1, { a: 2 }], [[2, { a: 3 }]]],
    ['[tostream] | fromstream(.[])', { a: [1, {}] }, [{ a: [1, {}] }]],
    ['[1 | truncate_stream([[0], 1], [[1, 0], 2], [[1, 0]], [[1]])]', null, [[[[0], 2], [[0]]]]],
    [
      '[combinations]',
      [
        [1, 2],
        [3, 4],
      ],
      [
        [
          [1, 3],
          [1, 4],
          [2, 3],
          [2, 4],
        ],
      ],
    ],
    ['INDEX(.id) | keys', [{ id: 1 }, { id: 'x' }], [['1', 'x']]],
    ['[.[] | IN(2, 3)]', [1, 2], [[false, true]]],
    ['bsearch(2), bsearch(4)', [1, 2, 3], [1, -4]],
    ['split(", "), ascii_upcase, ltrimstr("a"), explode', 'a, b', [['a', 'b'], 'A, B', ', b', [97, 44, 32, 98]]],
    ['join("-"), join(",")', ['a', 1, null, true], ['a-1--true', 'a,1,,true']],
    [
      'tojson, tostring, (tojson | fromjson)',
      { a: [1.5, 'x'] },
      ['{"a":[1.5,"x"]}', '{"a":[1.5,"x"]}', { a: [1.5, 'x'] }],
    ],
    ['floor, sqrt, pow(.; 2), log10, ceil', 6.25, [double(6), 2.5, 39.0625, Math.log10(6.25), double(7)]],
    ['[.[] | type]', [null, true, 1, 'a', [], {}], [['null', 'boolean', 'number', 'string', 'array', 'object']]],
    ['length, utf8bytelength', 'é😀', [2, 6]],
    ['[limit(0; 1, 2)], [skip(1; 1, 2)], nth(1; 4, 5), last(4, 5)', null, [[], [2], 5, 5]],
    ['getpath(["a", 0]) |= 1', null, [{ a: [1] }]],
  ]);
});

describe('texts and patterns', () => {
  check([
    ['test("b"), test("B"; "i"), test("^b")', 'abc', [true, true, false]],
    ['[match("o(.)"; "g") | .offset, .captures[0].string]', 'foo bao1', [[1, 'o', 6, '1']]],
    ['capture("(?<y>\\\\d+)-(?<m>\\\\d+)?")', '2024-', [{ y: '2024', m: null }]],
    [
      '[scan("\\\\w\\\\d")], [scan("(\\\\w)(\\\\d)")]',
      'a1 b2',
      [
        ['a1', 'b2'],
        [
          ['a', '1'],
          ['b', '2'],
        ],
      ],
    ],
    ['sub("(?<x>o)"; "<\\(.x)>"), gsub("o"; "0")', 'foo', ['f<o>o', 'f00']],
    [
      '[splits(", *")], split("A"; "gi")',
      'xa, ya',
      [
        ['xa', 'ya'],
        ['x', ', y', ''],
      ],
    ],
    ['[match("b").offset]', '😀b', [[1]]],
    ['test("a$"), test("a.b"), test("a.b"; "p"), test("(?m)^b")', 'a\nb', [false, false, true, true]],
    ['test("[[:alpha:]]"), test("\\\\w")', 'é', [true, true]],
    ['[match("\\\\b.+?\\\\b"; "g").string], test("\\\\B")', 'é ä', [['é', ' ', 'ä'], false]],
    [
      '@base64, (@base64 | @base64d), @uri, @html, @sh',
      "<é '>",
      ['PMOpICc+', "<é '>", "%3C%C3%A9%20'%3E", '&lt;é &apos;&gt;', "'<é '\\''>'"],
    ],
    [
      '@csv, @tsv, @json, @sh',
      [1, 'a"b', null, true],
      ['1,"a""b",,true', '1\ta"b\t\ttrue', '[1,"a\\"b",null,true]', "1 'a\"b' null true"],
    ],
    ['@csv "x=\\(.)"', [1, 'a'], ['x=1,"a"']],
  ]);
});

describe('dates', () => {
  check([
    [
      'todate, gmtime, strftime("%A, %d %B %Y %j %U %V %G %I %p %e")',
      1425599621,
      ['2015-03-05T23:53:41Z', [2015, 2, 5, 23, 53, 41, 4, 63], 'Thursday, 05 March 2015 064 09 10 2015 11 PM  5'],
    ],
    [
      'fromdate, (strptime("%Y-%m-%dT%H:%M:%SZ") | ., mktime)',
      '2015-03-05T23:51:47Z',
      [1425599507, [2015, 2, 5, 23, 51, 47, 4, 63], 1425599507],
    ],
    ['strptime("%d/%b/%y %I:%M %p") | mktime | todate', '06/May/24 07:08 PM', ['2024-05-06T19:08:00Z']],
    [
      '[.[] | strftime("%G-W%V-%u")]',
      [1704067199, 1704067200, 1735603200],
      [['2023-W52-7', '2024-W01-1', '2025-W01-2']],
    ],
  ]);
});

describe('kinds of numbers', () => {
  test('integral results are Integers, and what only passes through keeps its kind', () => {
    const [doubled] = jq('map(. * 2)', [3, 1, 2]);
    expect((doubled as number[]).map(numericKind)).toEqual(['integer', 'integer', 'integer']);
    const input = [new Real('double', '1.0'), 12345678901234567890n, new Real('big', '2.50')];
    expect(jq('.[]', input)).toEqual(input);
    expect(jq('map(. + 1)', [new Real('double', '1.0'), 5n])).toEqual([[2, 6]]);
    expect(jq('. == 1, . < 2', new Real('double', '1.0'))).toEqual([true, true]);
    expect(jq('. * 10', 1e300)).toEqual([new Real('double', '1.0E301')]);
  });
});

describe('errors', () => {
  test.each([
    ['bad[', 'unexpected the end at line 1, column 5'],
    ['.a | foo', 'foo/0 is not defined at line 1, column 6'],
    ['limit(1)', 'limit/1 is not defined, but limit/2 is'],
    ['$x', '$x is not defined'],
    ['"a', 'a text is not closed'],
    ['1 == 2 == 3', '== cannot follow another of its kind'],
    ['env.HOME', "'env' is not supported: a program cannot see the environment"],
    ['$ENV', "'$ENV' is not supported"],
    ['input', "'input' is not supported"],
    ['halt_error', "'halt_error' is not supported"],
    ['import "a" as b; .', "'import' is not supported"],
    ['@nope', '@nope is not a format'],
    ['test("(")', 'is not a valid regex'],
    ['.a', 'Cannot index string with string "a"'],
    ['.[]', 'Cannot iterate over string ("text")'],
    ['{} + 1', 'object ({}) and number (1) cannot be added'],
    ['1 / 0', 'cannot be divided because the divisor is zero'],
    ['error({a: 1})', '{"a":1} (not a string)'],
    ['path(1)', 'Invalid path expression with result 1'],
  ])('%s', (program, message) => {
    expect(() => jq(program, 'text')).toThrow(JqError);
    expect(() => jq(program, 'text')).toThrow(message);
  });

  test('the position of a wrong program is told', () => {
    try {
      jq('.a |\n  }', null);
      expect.unreachable();
    } catch (error) {
      expect((error as JqError).position).toEqual({ line: 2, column: 3 });
    }
  });
});

describe('limits', () => {
  test.each([
    ['[range(1e9)]', 'steps'],
    ['repeat(.)', 'steps'],
    ['try repeat(.) catch 1', 'steps'],
    ['def f: f; f', 'too deep'],
    ['def f: 1 + f; f', 'too deep'],
    ['"x" * 1e9', 'text of more than'],
    ['reduce range(100) as $i ("ab"; . + .)', 'text of more than'],
    ['reduce range(100) as $i ([1]; . + .)', 'list of more than'],
    ['reduce range(60) as $i (1; [., .])', 'steps'],
    ['reduce range(60) as $i (1; [., .]) | tojson', 'text of more than'],
    ['[reduce range(60) as $i (1; [., .]), reduce range(60) as $i (1; [., .])] | .[0] == .[1]', 'steps'],
    ['reduce range(2000) as $i (1; [.])', 'levels deep'],
    ['[] | .[1e9] = 1', 'Array index too large'],
    ['"a" * 40 | try test("(a+)+$b") catch 1', 'regular expression ran for more than'],
  ])('%s', (program, message) => {
    const run = () => jq(program, null);
    expect(run).toThrow(expect.objectContaining({ name: 'JqError', message: expect.stringContaining(message) }));
  });

  test.each([
    ['lists', '['.repeat(3000) + ']'.repeat(3000), 'levels deep'],
    ['pipes', `1${'|.'.repeat(50_000)}`, 'too deep'],
    ['signs', `${'-'.repeat(50_000)}1`, 'too deep'],
  ])('a program with endless %s', (_name, program, message) => {
    expect(() => jq(program, null)).toThrow(message);
  });

  test('a program may call itself 1,000 times, and loop far longer', () => {
    expect(jq('def f: if . >= 1000 then . else . + 1 | f end; 0 | f', null)).toEqual([1000]);
    expect(jq('0 | until(. >= 100000; . + 1)', null)).toEqual([100_000]);
    expect(jq('[recurse(. + 1; . < 10000)] | length', 0)).toEqual([10_000]);
  });

  test('deep input is passed on, and refused where it must be walked', () => {
    let deep: Value = [];
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    expect(jq('length', deep)).toEqual([1]);
    expect(() => jq('tojson', deep)).toThrow(JqError);
  });
});

test('1 MiB is processed in linear time', () => {
  const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `name${id % 100}`, tags: ['a', `b${id}`] }));
  const programs = [
    'map(.id)',
    '.[].id |= . + 1',
    'del(.[] | select(.id % 2 == 0))',
    'map(.tags) | add',
    'INDEX(.id)',
    'group_by(.name)',
    'reduce .[] as $x ({}; .["k\\($x.id)"] = $x)',
    'reduce .[] as $x ({}; .[$x.name] += [$x.id])',
    'map({(.name): .id}) | add',
  ];
  const took = cpuMs(() => {
    for (const program of programs) jq(program, rows);
  });
  // About 0.3 s; what is not linear takes minutes.
  expect(took).toBeLessThan(10_000);
});

test('a program never crashes, and never changes its input', () => {
  const piece = fc.constantFrom(
    '.',
    '.a',
    '.[]',
    '.[0]',
    '[',
    ']',
    '{',
    '}',
    '(',
    ')',
    '|',
    ',',
    '+',
    '-',
    '//',
    '=',
    '|=',
    'if',
    'then',
    'else',
    'end',
    'reduce',
    'as',
    '$x',
    'def f:',
    ';',
    'f',
    '"a"',
    '1',
    '..',
    '?',
    'try',
    'map',
    'del',
    'keys',
    'length',
    'error',
    'empty',
    'path',
    'add',
    ':',
    'and',
    'not',
    '==',
    'sort',
    'tojson',
    'first',
    'limit',
    'to_entries',
    '.b',
    '@csv',
    'test',
  );
  const input = { a: [1, { b: null }], b: 'text' };
  const before = structuredClone(input);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      try {
        jq(pieces.join(' '), input);
      } catch (error) {
        expect(error).toBeInstanceOf(JqError);
      }
      expect(input).toEqual(before);
    }),
    { numRuns: 2000 },
  );
});
