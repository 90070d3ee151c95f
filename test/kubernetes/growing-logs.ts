/** Logs that grow by the clock, as a kubelet serves them: a stand-in for thousands of pods that write. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface GrowingLog {
  /** ms since the epoch. */
  readonly begins: number;
  /** Absent while it grows on. */
  readonly ends?: number;
  readonly everyMs: number;
}

/** Line 1 at the beginning, one more each `everyMs`, and `the end`. */
export function linesOf({ begins, ends, everyMs }: GrowingLog, now: number): [time: number, text: string][] {
  const lines: [number, string][] = [];
  // Before now, not at it: a log that was told to end in this very millisecond has no line in it.
  for (let time = begins; time < Math.min(now, ends ?? Number.POSITIVE_INFINITY); time += everyMs) {
    lines.push([time, `line ${lines.length + 1}`]);
  }
  if (ends !== undefined && ends <= now) lines.push([ends, 'the end']);
  return lines;
}

export class GrowingLogs {
  readonly #find: (pod: string) => GrowingLog | undefined;
  /** Follows that are open now. */
  open = 0;

  /** @param find by the name of the pod */
  constructor(find: (pod: string) => GrowingLog | undefined) {
    this.#find = find;
  }

  /** Answers `…/pods/NAME/log` of an API server and `/containerLogs/NAMESPACE/NAME/CONTAINER` of a kubelet. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://logs');
    const name = /\/pods\/([^/]+)\/log$|^\/containerLogs\/[^/]+\/([^/]+)\//.exec(pathname);
    const pod = name?.[1] ?? name?.[2] ?? '';
    if (!this.#find(pod)) {
      response.writeHead(404).end();
      return;
    }
    const since = Date.parse(searchParams.get('sinceTime') ?? '') || 0;
    let told = 0;
    const tell = (): boolean => {
      const log = this.#find(pod);
      const lines = log ? linesOf(log, Date.now()) : [];
      const text = lines
        .slice(told)
        .filter(([time]) => time >= since)
        .map(([time, said]) => `${new Date(time).toISOString().replace('Z', '123456Z')} ${said}\n`)
        .join('');
      told = lines.length;
      if (text !== '') response.write(text);
      return log?.ends === undefined || log.ends > Date.now();
    };
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    if (!tell() || searchParams.get('follow') !== 'true') {
      response.end();
      return;
    }
    this.open += 1;
    const timer = setInterval(() => tell() || response.end(), 50);
    response.once('close', () => {
      this.open -= 1;
      clearInterval(timer);
    });
  }
}
