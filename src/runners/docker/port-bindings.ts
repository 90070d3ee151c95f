/** `[ip:][hostPort:]containerPort[/protocol]`, as `docker run --publish` takes it. */
import { refused } from '../property-reader.ts';

export interface PortBindings {
  readonly exposed: Readonly<Record<string, object>>;
  readonly bound: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>>;
}

const shape = /^(?:(?:(\[[0-9a-f:]+\]|[\d.]+):)?(\d*(?:-\d+)?):)?(\d+)(?:\/(tcp|udp|sctp))?$/i;

/** @throws PrepareError that names the entry */
export function parsePortBindings(texts: readonly string[], path: string): PortBindings {
  const exposed: Record<string, object> = {};
  const bound: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const [index, text] of texts.entries()) {
    // The documentation writes them with spaces: `127.0.0.1: 8080: 80/udp`.
    const [, ip = '', hostPort = '', port, protocol = 'tcp'] = shape.exec(text.replaceAll(' ', '')) ?? [];
    if (port === undefined || Number(port) > 65_535 || Number(port) < 1) {
      throw refused(
        `${path}[${index}]`,
        `"${text}" is no port binding. Write [ip:][hostPort:]containerPort[/protocol].`,
      );
    }
    const key = `${port}/${protocol.toLowerCase()}`;
    exposed[key] = {};
    bound[key] = [...(bound[key] ?? []), { HostIp: ip.replace(/[[\]]/g, ''), HostPort: hostPort }];
  }
  return { exposed, bound };
}
