/** The `::{…}::` lines by which a program reports outputs, metrics and log entries. */
import { DurationError, parseIsoDuration } from '../model/duration.ts';
import type { MetricEntry } from '../model/execution.ts';
import type { LogLevel } from '../model/flow.ts';
import { parseJson } from '../model/json.ts';
import { isList, isMap, isNumeric, Real, type Value, type ValueMap } from '../model/value.ts';
import { withoutNulls } from '../model/without-nulls.ts';
import { logLevelOf } from './levels.ts';

export type ReportedMetric = Pick<MetricEntry, 'name' | 'type' | 'value' | 'tags'>;

export interface Reported {
  readonly outputs?: ValueMap;
  readonly metrics?: readonly ReportedMetric[];
  readonly logs?: readonly { readonly level: LogLevel; readonly message: string }[];
  /** What could not be read, for the user. */
  readonly warning?: string;
}

/**
 * Reads a line of a program's output; undefined when it is an ordinary one. The object must be the whole line from
 * its start; of several objects on a line the first counts, as in Kestra. Unknown keys are passed over, null values in
 * maps dropped. A timer is given in seconds, or as an ISO 8601 duration, and returned in milliseconds.
 */
export function readProtocol(line: string): Reported | undefined {
  if (!line.startsWith('::{')) return undefined;
  const trimmed = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (trimmed.length < 6 || !trimmed.endsWith('}::')) return undefined;
  let report: Value;
  try {
    report = parseFirst(trimmed.slice(2, -2));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      warning: `Invalid outputs '${reason}' in the line ${trimmed.length > 300 ? `${trimmed.slice(0, 300)}…` : trimmed}`,
    };
  }
  if (!isMap(report)) return undefined;
  const warnings: string[] = [];
  const outputs = isMap(report.outputs) ? withoutNulls(report.outputs) : undefined;
  if (!outputs && (report.outputs ?? null) !== null) warnings.push('Invalid outputs: they must be an object');
  const metrics = items('metrics', report.metrics, warnings).flatMap(item => readMetric(item, warnings));
  const logs = items('logs', report.logs, warnings).flatMap(item => readLog(item, warnings));
  return {
    ...(outputs && { outputs }),
    ...(metrics.length > 0 && { metrics }),
    ...(logs.length > 0 && { logs }),
    ...(warnings.length > 0 && { warning: warnings.join('; ') }),
  };
}

/** The first JSON object of a text that begins with one; what follows it does not count. */
function parseFirst(text: string): Value {
  try {
    return parseJson(text);
  } catch (error) {
    const end = endOfObject(text);
    if (end === undefined || end === text.length) throw error;
    return parseJson(text.slice(0, end));
  }
}

/** Where the object that opens the text is closed. */
function endOfObject(text: string): number | undefined {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') {
      for (index += 1; index < text.length && text[index] !== '"'; index++) if (text[index] === '\\') index += 1;
    } else if (character === '{' || character === '[') depth += 1;
    else if ((character === '}' || character === ']') && --depth === 0) return index + 1;
  }
  return undefined;
}

function items(name: string, value: Value | undefined, warnings: string[]): readonly Value[] {
  if (isList(value)) return value;
  if ((value ?? null) !== null) warnings.push(`Invalid ${name}: they must be an array`);
  return [];
}

function readMetric(item: Value, warnings: string[]): ReportedMetric[] {
  const metric = isMap(item) ? item : {};
  const { name, type } = metric;
  const value = type === 'timer' ? milliseconds(metric.value) : number(metric.value);
  if (typeof name !== 'string' || (type !== 'counter' && type !== 'timer' && type !== 'gauge')) {
    warnings.push('Invalid metric: it needs a name and the type counter, timer or gauge');
    return [];
  }
  if (value === undefined) {
    warnings.push(`Invalid metric '${name}': its value is not a number`);
    return [];
  }
  const tags = isMap(metric.tags) ? Object.entries(withoutNulls(metric.tags)) : [];
  return [{ name, type, value, tags: Object.fromEntries(tags.map(([key, tag]) => [key, String(tag)])) }];
}

function number(value: Value | undefined): number | undefined {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  if (typeof value !== 'string' && (value === undefined || !isNumeric(value))) return undefined;
  const result = value instanceof Real ? value.value : Number(value);
  return Number.isFinite(result) ? result : undefined;
}

function milliseconds(value: Value | undefined): number | undefined {
  const seconds = number(value);
  if (seconds !== undefined || typeof value !== 'string') return seconds === undefined ? undefined : seconds * 1000;
  try {
    return parseIsoDuration(value);
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}

function readLog(item: Value, warnings: string[]): { level: LogLevel; message: string }[] {
  const log = isMap(item) ? item : {};
  const level = logLevelOf(String(log.level));
  const message = log.message;
  if (level === undefined || message === undefined || message === null) {
    warnings.push('Invalid log: it needs a message and the level ERROR, WARN, INFO, DEBUG or TRACE');
    return [];
  }
  return [{ level, message: typeof message === 'string' ? message : String(message) }];
}
