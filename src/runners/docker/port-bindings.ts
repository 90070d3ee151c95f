/** `[ip:][hostPort:]containerPort[/protocol]`, as `docker run --publish` takes it. */
import { isIP } from 'node:net';
import { refused } from '../property-reader.ts';

export interface PortBindings {
  readonly exposed: Readonly<Record<string, object>>;
  readonly bound: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>>;
}

const shape = /^(?:(?:(\[[^\]]*\]|[^:]+):)?([^:]*):)?([^:/]+)(?:\/(tcp|udp|sctp))?$/i;

/** First and last port. */
type Range = readonly [number, number];

/** @throws PrepareError that names the entry */
export function parsePortBindings(texts: readonly string[], path: string): PortBindings {
  const exposed: Record<string, object> = {};
  const bound: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const [index, text] of texts.entries()) {
    const binding = parseBinding(text);
    if (!binding) {
      const problem = `"${text}" is no port binding. Write [ip:][hostPort:]containerPort[/protocol], with ports from 1 to 65535; two ranges (8000-8009:80-89) must be of the same length.`;
      throw refused(`${path}[${index}]`, problem);
    }
    const { ip, ports, protocol } = binding;
    for (const { hostPort, port } of ports) {
      const key = `${port}/${protocol}`;
      exposed[key] = {};
      bound[key] = [...(bound[key] ?? []), { HostIp: ip, HostPort: hostPort }];
    }
  }
  return { exposed, bound };
}

interface Binding {
  readonly ip: string;
  readonly ports: readonly { readonly hostPort: string; readonly port: number }[];
  readonly protocol: string;
}

function parseBinding(text: string): Binding | undefined {
  // The documentation writes them with spaces: `127.0.0.1: 8080: 80/udp`.
  const parts = shape.exec(text.trim().replaceAll(/\s*([:/])\s*/g, '$1'));
  if (!parts) return undefined;
  const [, address = '', hostText = '', containerText = '', protocol = 'tcp'] = parts;
  const ip = address.replace(/^\[(.*)\]$/, '$1');
  const container = parseRange(containerText, 1);
  const host = hostText === '' ? undefined : parseRange(hostText, 0);
  if ((ip !== '' && !isIP(ip)) || !container || (hostText !== '' && !host)) return undefined;
  const [first, last] = container;
  const count = last - first + 1;
  // One port of the container takes any that is free of the host's range.
  if (host && count > 1 && host[1] - host[0] + 1 !== count) return undefined;
  const ports = Array.from({ length: count }, (_, index) => ({
    hostPort: host && count > 1 ? String(host[0] + index) : hostText,
    port: first + index,
  }));
  return { ip, ports, protocol: protocol.toLowerCase() };
}

/** `80` or `80-89`. @param least 0 where the engine takes it for any port */
function parseRange(text: string, least: number): Range | undefined {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  return first >= least && first <= last && last <= 65_535 ? [first, last] : undefined;
}
