/** From the rendered `options` of a task or of `http()` to how an exchange is made. */
import { parseDuration } from '../../model/duration.ts';
import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts';
import { asText } from '../properties.ts';
import { TaskError } from '../task-type.ts';
import { basicAuthorization } from './authorization.ts';
import type { HttpOptions } from './exchange.ts';

/** Kestra's default: five minutes without a byte. */
const idleTimeoutMs = 300_000;

export interface CallOptions extends HttpOptions {
  readonly authorization?: string;
  /** Of texts whose own encoding is not said. */
  readonly charset?: string;
  /** Bytes of a body that is taken as text. */
  readonly maxBytes: number;
  /** True when a response with that code is a result, not a failure. */
  accepts(code: number): boolean;
}

/** @param older properties beside `options` that earlier versions had */
export function callOptions(options: ValueMap, older: ValueMap = {}): CallOptions {
  const timeout = mapOf(options.timeout);
  const ssl = mapOf(options.ssl ?? older.sslOptions);
  const connectTimeout = timeout.connectTimeout ?? options.connectTimeout;
  const idle = timeout.readIdleTimeout ?? options.readTimeout ?? options.readIdleTimeout;
  const proxy = proxyOf(options);
  const authorization = authorizationOf(options);
  const allowed = options.allowedResponseCodes;
  return {
    followRedirects: !isFalse(options.followRedirects),
    maxBytes: Number(asText(options.maxContentLength ?? 10 * 1024 * 1024)),
    ...(options.defaultCharset !== undefined && { charset: asText(options.defaultCharset) }),
    idleTimeoutMs: idle === undefined || idle === null ? idleTimeoutMs : parseDuration(asText(idle)),
    insecureTrustAllCertificates: isTrue(ssl.insecureTrustAllCertificates),
    ...(connectTimeout !== undefined &&
      connectTimeout !== null && { connectTimeoutMs: parseDuration(asText(connectTimeout)) }),
    ...(proxy && { proxy }),
    ...(authorization !== undefined && { authorization }),
    accepts: code =>
      isList(allowed)
        ? allowed.some(each => Number(asText(each)) === code)
        : code < 400 || isTrue(options.allowFailed ?? older.allowFailed),
  };
}

function proxyOf(options: ValueMap): HttpOptions['proxy'] {
  const given = mapOf(options.proxy);
  const host = given.address ?? options.proxyAddress ?? null;
  const type = asText(given.type ?? options.proxyType ?? 'HTTP');
  if (host === null || type === 'DIRECT') return undefined;
  if (type !== 'HTTP' && type !== 'SOCKS')
    throw new TaskError(`options.proxy: the type ${type} is none of HTTP, SOCKS and DIRECT.`);
  const user = given.username ?? options.proxyUsername;
  const password = given.password ?? options.proxyPassword ?? '';
  return {
    type,
    host: asText(host),
    port: Number(asText(given.port ?? options.proxyPort ?? (type === 'SOCKS' ? 1080 : 80))),
    ...(user !== undefined && user !== null && { user: { name: asText(user), password: asText(password) } }),
  };
}

function authorizationOf(options: ValueMap): string | undefined {
  const auth = mapOf(options.auth);
  if (auth.type === 'BEARER') return `Bearer ${asText(auth.token ?? '')}`;
  if (auth.type === 'BASIC') return basic(auth.username, auth.password);
  if (options.basicAuthUser === undefined || options.basicAuthUser === null) return undefined;
  return basic(options.basicAuthUser, options.basicAuthPassword);
}

function basic(name: Value | undefined, password: Value | undefined): string {
  return basicAuthorization({ name: asText(name ?? ''), password: asText(password ?? '') });
}

function mapOf(value: Value | undefined): ValueMap {
  return isMap(value) ? value : {};
}

function isTrue(value: Value | undefined): boolean {
  return value !== undefined && asText(value).toLowerCase() === 'true';
}

function isFalse(value: Value | undefined): boolean {
  return value !== undefined && asText(value).toLowerCase() === 'false';
}
