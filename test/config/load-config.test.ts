import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';

const docker = 'io.kestra.plugin.scripts.runner.docker.Docker';

function load(text: string, env: Record<string, string> = {}) {
  return loadConfig({ text, env });
}

test('the recorded configuration', () => {
  const text = readFileSync(join(import.meta.dirname, '../conformance/config.yaml'), 'utf8');
  const { config, problems } = loadConfig({
    text,
    env: {
      SECRET_MYSECRET: Buffer.from('s3cr3t-value').toString('base64'),
      KESTRA_MY_ENV_VAR: 'fromenv',
      ENV_OTHER: 'other',
    },
  });
  expect(problems).toEqual([]);
  expect(config).toMatchObject({
    globals: { 'my-global': 'globalvalue', 'nested-global': { a: 1 } },
    envs: { my_env_var: 'fromenv' },
    encryptionKey: 'I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK',
    pluginConfigurations: { [docker]: { 'volume-enabled': true } },
    url: 'http://localhost:8080',
    environment: { name: 'oracle' },
    secrets: { MYSECRET: 's3cr3t-value' },
    recursiveRendering: false,
  });
});

test('without a file everything has its default', () => {
  const { config, problems } = loadConfig({ env: { HOME: '/root', KESTRA_X: '1', KESTRA_CONFIGURATION: 'kestra:' } });
  expect(problems).toEqual([]);
  expect(config).toEqual({
    globals: {},
    envs: { x: '1' },
    recursiveRendering: false,
    pluginDefaults: [],
    pluginConfigurations: {},
    allowedPaths: [],
    secrets: {},
    environmentVariables: { HOME: '/root', KESTRA_X: '1' },
  });
});

test.each(['plugins: {defaults: []}', 'windlass: {worker-group: [a]}', 'a: 1\nb: 2'])(
  'what is not used though somebody wants it is said: %s',
  text => expect(load(text).problems).toMatchObject([{ code: 'unknown-property', severity: 'warning' }]),
);

test('dotted keys, nested ones and all spellings of a name are the same', () => {
  const { config } = load(
    'kestra.variables.globals:\n  a: 1\nkestra:\n  variables:\n    globals.b: 2\n    recursiveRendering: true\n  tasks.tmpDir.path: /data\n  localFiles.allowedPaths: [/in]\n',
  );
  expect(config).toMatchObject({ globals: { a: 1 }, recursiveRendering: true, tmpDir: '/data', allowedPaths: ['/in'] });
});

test('placeholders: variables, defaults, defaults in defaults, other settings', () => {
  const text =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders of the configuration look like that
    'kestra:\n  url: ${URL:http://${HOST:localhost}:${PORT}}\n  tasks: {tmp-dir: {path: "${kestra.base}/tmp"}}\n  base: /b\n';
  expect(load(text, { PORT: '81' }).config).toMatchObject({ url: 'http://localhost:81', tmpDir: '/b/tmp' });
  expect(load(text, { URL: 'x', PORT: '81' }).config.url).toBe('x');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
  const { problems } = load('kestra:\n  url: http://${HOST}\ndatasources: {postgres: {url: "${DB}"}}\n');
  expect(problems.map(({ code, position }) => `${position.line} ${code}`)).toEqual(['2 missing-variable']);
});

test('plugin defaults of both names, the deprecated ones first', () => {
  const { config } = load(
    'kestra:\n  plugins:\n    defaults:\n      - {type: a, values: {x: 1}}\n  tasks:\n    defaults:\n      - {type: b, forced: true, values: {y: 1}}\n    scripts: {docker: {volume-enabled: true}}\n',
  );
  expect(config.pluginDefaults).toEqual([
    { type: 'b', forced: true, values: { y: 1 } },
    { type: 'a', forced: false, values: { x: 1 } },
  ]);
  expect(config.pluginConfigurations[docker]).toEqual({ 'volume-enabled': true });
});

describe('what is wrong is said with its place', () => {
  test.each([
    ['a misspelt name', 'kestra:\n  variables:\n    global: {}\n', '3:5 warning unknown-property'],
    ['a key of a wrong length', 'kestra:\n  encryption:\n    secret-key: abc\n', '3:17 error invalid-value'],
    [
      'configurations that are no list',
      'kestra:\n  plugins:\n    configurations: {type: x}\n',
      '3:21 error wrong-type',
    ],
    ['an entry without values', 'kestra:\n  plugins:\n    defaults:\n      - type: x\n', '4:9 error missing-property'],
    ['not YAML', 'kestra: [\n', '2:1 error not-yaml'],
    ['a list', '- a\n', '1:1 error wrong-type'],
    ['a flag that is none', 'kestra:\n  variables: {recursive-rendering: maybe}\n', '2:36 error wrong-type'],
  ])('%s', (_, text, expected) => {
    const { problems } = load(text);
    expect(
      problems.map(({ position, severity, code }) => `${position.line}:${position.column} ${severity} ${code}`),
    ).toEqual([expected]);
  });

  test('settings that Kestra has and Windlass does not read are no problem', () => {
    expect(
      load(
        'micronaut: {server: {port: 8080}}\nkestra: {repository: {type: postgres}, queue: {type: postgres}, storage: {type: local}}\n',
      ).problems,
    ).toEqual([]);
  });
});

describe('secrets', () => {
  test('from the environment in base64, from the file plain; the file wins; scripts do not inherit them', () => {
    const { config, problems } = loadConfig({
      env: {
        SECRET_A: Buffer.from('a').toString('base64'),
        SECRET_B: Buffer.from('b').toString('base64'),
        PATH: '/bin',
      },
      secretsText: 'b=file\nSECRET_C=c\n',
    });
    expect(problems).toEqual([]);
    expect(config.secrets).toEqual({ A: 'a', B: 'file', C: 'c' });
    expect(config.environmentVariables).toEqual({ PATH: '/bin' });
  });

  test('of the server are not inherited by scripts: its own variables, and what the configuration reads by name', () => {
    const { config } = load(
      // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the placeholders of the configuration look like that
      [
        'datasources: {postgres: {url: "${DB_ADDRESS:jdbc:${DB_HOST}}", username: u, password: "${DB_PASSWORD}"}}',
        'kestra:',
        '  encryption: {secret-key: "${MASTER:${OTHER_MASTER:I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK}}"}',
        '  url: "http://${PUBLIC_HOST}"',
        '  variables: {globals: {stage: "${STAGE}"}}',
        '  storage: {s3: {secretKey: "${HOME}"}}',
      ].join('\n'),
      // biome-ignore-end lint/suspicious/noTemplateCurlyInString: end
      {
        DB_ADDRESS: 'postgres://u:p@h/d',
        DB_HOST: 'h',
        DB_PASSWORD: 'p',
        OTHER_MASTER: 'I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK',
        PUBLIC_HOST: 'flows.example.org',
        STAGE: 'test',
        HOME: '/root',
        KESTRA_ENCRYPTION_SECRET_KEY: 'k',
        KESTRA_STORAGE_S3_SECRETKEY: 'k',
        KESTRA_STORAGE_BUCKET: 'b',
        DATASOURCES_POSTGRES_PASSWORD: 'p',
        WINDLASS_DATABASE: 'postgres://u:p@h/d',
        KESTRA_MY_TOKEN: 'of a flow',
      },
    );
    expect(Object.keys(config.environmentVariables).sort()).toEqual([
      ...['DB_HOST', 'HOME', 'KESTRA_MY_TOKEN', 'KESTRA_STORAGE_BUCKET', 'PUBLIC_HOST', 'STAGE'],
    ]);
  });

  test('what is not base64 is left out with a warning that does not show it', () => {
    const { config, problems } = loadConfig({ env: { SECRET_A: 'plain text!' } });
    expect(config.secrets).toEqual({});
    expect(problems).toMatchObject([{ severity: 'warning', code: 'invalid-secret' }]);
    expect(JSON.stringify(problems)).not.toContain('plain text!');
  });
});
