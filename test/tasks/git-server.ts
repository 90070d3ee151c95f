/** Git servers for tests: one over http that asks for a password, one over ssh that asks for a key. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const author = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main'];

export function git(cwd: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH, HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', [...author, '-c', 'protocol.file.allow=always', ...args], {
    cwd,
    env,
    encoding: 'utf8',
  }).trim();
}

/** A repository with three commits on main, a branch, a tag and a submodule. Gives the commits, oldest first. */
export function makeRepositories(root: string): string[] {
  for (const name of ['part', 'whole']) {
    mkdirSync(join(root, name), { recursive: true });
    git(join(root, name), 'init', '-q');
  }
  const commit = (name: string, file: string, text: string) => {
    writeFileSync(join(root, name, file), text);
    git(join(root, name), 'add', '-A');
    git(join(root, name), 'commit', '-q', '-m', file);
    return git(join(root, name), 'rev-parse', 'HEAD');
  };
  commit('part', 'part.txt', 'part');
  const commits = [commit('whole', 'one.txt', '1')];
  git(join(root, 'whole'), 'tag', 'v1');
  git(join(root, 'whole'), 'branch', 'old');
  commits.push(commit('whole', 'two.txt', '2'));
  git(join(root, 'whole'), 'submodule', '--quiet', 'add', '../part', 'part');
  commits.push(commit('whole', 'three.txt', '3'));
  for (const name of ['part', 'whole']) git(root, 'clone', '-q', '--bare', name, `${name}.git`);
  // The submodule's address stays relative: it is beside the repository on whatever server.
  return commits;
}

/** Adds a file to a repository, and to its bare form that is served. */
export function commitFile(root: string, name: string, file: string, text: string): void {
  const dir = join(root, name);
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '-m', file);
  git(dir, 'push', '-q', join(root, `${name}.git`), 'main');
}

/** Answers git over http, by git's own CGI program; every request needs the password. */
export async function startHttp(
  root: string,
  user: string,
  password: string,
): Promise<{ url: string; server: Server }> {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    if (request.headers.authorization === expected) return answer(root, request, response);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function answer(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
  const cgi = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      HTTP_GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'x',
      // The repositories belong to whoever runs the tests.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  request.pipe(cgi.stdin);
  const pieces: Buffer[] = [];
  cgi.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  cgi.stdout.on('end', () => {
    const whole = Buffer.concat(pieces);
    const end = whole.indexOf('\r\n\r\n');
    const headers = whole
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map(line => line.split(/: (.*)/).slice(0, 2));
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
    for (const [name = '', value = ''] of headers) if (name !== 'Status') response.setHeader(name, value);
    response.writeHead(Number.parseInt(status, 10)).end(whole.subarray(end + 4));
  });
}

/** True where an ssh server is installed. */
export const hasSshServer = existsSync('/usr/sbin/sshd');

/** An ssh server on a port of its own, for one key. */
export async function startSsh(
  folder: string,
  passphrase: string,
): Promise<{ url: string; privateKey: string; server: ChildProcess; forget: () => void }> {
  mkdirSync(folder, { recursive: true });
  const key = (name: string, secret: string) =>
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', secret, '-f', join(folder, name)]);
  key('host', '');
  key('user', passphrase);
  writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'user.pub')));
  chmodSync(folder, 0o700);
  const port = await freePort();
  const options = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: join(folder, 'host'),
    AuthorizedKeysFile: join(folder, 'authorized'),
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    StrictModes: 'no',
    UsePAM: 'no',
    PidFile: 'none',
  };
  mkdirSync('/run/sshd', { recursive: true });
  const list = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', '/dev/null', ...list], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (text: Buffer) => (said += text));
  for (let look = 0; !said.includes('Server listening'); look++) {
    if (look > 200) throw new Error(`sshd does not come up: ${said}`);
    await sleep(20);
  }
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    privateKey: readFileSync(join(folder, 'user'), 'utf8'),
    server,
    // ssh looks for the file of known servers in the home of the user's account, whatever HOME says.
    forget: () => {
      const { status } = spawnSync('ssh-keygen', ['-R', `[127.0.0.1]:${port}`], { stdio: 'ignore' });
      if (status === 0) rmSync(join(userInfo().homedir, '.ssh/known_hosts.old'), { force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const socket = createSocket();
  await new Promise<void>(resolve => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise(resolve => socket.close(resolve));
  return port;
}
