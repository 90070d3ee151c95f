import { expect, test } from 'vitest';
import {
  executionPrefix,
  fileUri,
  inputUri,
  kvUri,
  namespaceFileUri,
  slug,
  taskRunPrefix,
} from '../../src/storage/uris.ts';

const execution = { namespace: 'company.team', flowId: 'My_flow.v2', id: '4ZKzCbGnWm2bV7cRGQbTfZ' };

test('files lie where Kestra keeps them', () => {
  const prefix = executionPrefix('company.team', 'My_flow.v2', execution.id);
  expect(prefix).toBe(`kestra:///company/team/my-flowv2/executions/${execution.id}`);
  expect(taskRunPrefix(execution, 'Make_it', 'run1')).toBe(`${prefix}/tasks/make-it/run1`);
  expect(inputUri(execution, 'my_file', 'data.csv')).toBe(`${prefix}/inputs/my_file/data.csv`);
  expect(namespaceFileUri('company.team', '/scripts/./main.py')).toBe('kestra:///company/team/_files/scripts/main.py');
  expect(namespaceFileUri('company.team')).toBe('kestra:///company/team/_files');
  expect(kvUri('company.team', 'my.key')).toBe('kestra:///company/team/_kv/my.key.ion');
  expect(kvUri('company')).toBe('kestra:///company/_kv');
});

test('a file name is encoded, and its folders are kept', () => {
  expect(fileUri('kestra:///a', 'd/50% of é.txt')).toBe('kestra:///a/d/50%25%20of%20%C3%A9.txt');
  expect(fileUri('kestra:///a', '-rf')).toBe('kestra:///a/%2Drf');
});

test.each([
  ['hello world', 'hello-world'],
  ['Déjà_Vu', 'deja-vu'],
  ['a__b--c', 'a-b-c'],
  ['_a.b_', 'ab'],
])('the slug of %j is %j', (id, expected) => {
  expect(slug(id)).toBe(expected);
});
