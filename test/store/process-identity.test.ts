import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { isAlive, isVisible, type ProcessIdentity, processIdentity } from '../../src/store/process-identity.ts';

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

function start(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no stdout');
  const [line] = await once(createInterface(child.stdout), 'line');
  return String(line);
}

const module = new URL('../../src/store/process-identity.ts', import.meta.url);
const printIdentity = `
  const { processIdentity } = await import('${module}');
  console.log(JSON.stringify(processIdentity()));
  await new Promise(resolve => process.stdin.on('end', resolve).resume());
`;

test('this process is alive and says so as plain JSON', () => {
  const identity = processIdentity();
  expect(identity.pid).toBe(process.pid);
  expect(JSON.parse(JSON.stringify(identity))).toEqual(identity);
  expect(isVisible(identity)).toBe(true);
  expect(isAlive(identity)).toBe(true);
});

test('another process is alive until it has ended', async () => {
  const child = start(process.execPath, ['--input-type=module', '-e', printIdentity]);
  const identity = JSON.parse(await firstLine(child)) as ProcessIdentity;
  expect(identity.pid).toBe(child.pid);
  expect(isAlive(identity)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
});

test('a zombie is dead', async () => {
  // `exec` leaves a parent that never asks for its child's status.
  const parent = start('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
  const pid = Number(await firstLine(parent));
  await expect.poll(() => isAlive({ ...processIdentity(), pid })).toBe(false);
});

test('a pid that was given to another process does not count', () => {
  expect(isAlive({ ...processIdentity(), startTime: '1' })).toBe(false);
});

test('after a reboot of the machine everything is dead', () => {
  expect(isAlive({ ...processIdentity(), bootId: 'an earlier one' })).toBe(false);
});

test('what cannot be seen from here counts as alive', () => {
  const elsewhere = { ...processIdentity(), host: 'elsewhere', bootId: 'another', pid: 1 };
  const inAnotherContainer = { ...processIdentity(), pidNamespace: '1', startTime: '1' };
  for (const identity of [elsewhere, inAnotherContainer]) {
    expect(isVisible(identity)).toBe(false);
    expect(isAlive(identity)).toBe(true);
  }
});

test('a machine that was renamed is still the same', () => {
  const identity = { ...processIdentity(), host: 'former-name' };
  expect(isAlive(identity)).toBe(true);
  expect(isAlive({ ...identity, startTime: '1' })).toBe(false);
});
