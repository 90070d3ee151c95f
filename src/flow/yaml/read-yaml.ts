/** YAML text to values with positions. Refuses what could hurt (depth, aliases, size) with one clear problem. */
import { Composer, type Document, Lexer, LineCounter, Parser, type YAMLError } from 'yaml';
import type { Problem } from '../../model/flow.ts';
import type { Value } from '../../model/value.ts';
import { convertNode } from './convert-node.ts';
import { Locations } from './locations.ts';

export interface YamlDocument {
  readonly value: Value;
  /** The document's own text. */
  readonly source: string;
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly locations: Locations;
  readonly problems: readonly Problem[];
}

/** Levels of nesting. Kestra's own parser stops at 50; a real flow has about 12. */
const maxDepth = 100;
/** Characters. A flow is text that people write: the largest known ones have a few hundred kilobytes. */
const maxSize = 16 * 1024 * 1024;

/** Errors after which a file is no longer worth reading. */
const maxErrors = 20;

/** Reads all documents of a file. Documents that hold nothing but comments are left out. Never throws for bad text. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const locations = new Locations(lines);
  const problems: Problem[] = [];
  const report = (code: string, message: string, offset: number, hint?: string) => {
    problems.push({
      code,
      severity: 'error',
      message,
      path: '',
      position: locations.position(offset),
      ...(hint !== undefined && { hint }),
    });
  };
  const refused = (): YamlFile => ({ documents: [], locations, problems });
  if (text.length > maxSize) {
    report('too-large', `the file has ${text.length} characters; at most ${maxSize} are read`, 0);
    return refused();
  }
  const binary = text.search(/[^\P{Cc}\t\n\v\f\r\x85]/u);
  if (binary >= 0) {
    lines.addNewLine(0);
    for (let at = text.indexOf('\n'); at >= 0 && at < binary; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
    report(
      'not-yaml',
      'the file is not text: it holds bytes that no YAML file has',
      binary,
      'A flow is a YAML file in UTF-8.',
    );
    return refused();
  }
  const parsed = parse(text, lines);
  if (typeof parsed === 'number') {
    report('too-deep', `nested deeper than ${maxDepth} levels`, parsed, 'Is a bracket or a quote left open before it?');
    return refused();
  }
  const documents: YamlDocument[] = [];
  for (const document of parsed) {
    const faults = [...document.errors];
    for (const fault of onePerLine(faults, lines))
      report('not-yaml', explain(fault), fault.pos[0], advice(fault, text));
    if (faults.length > 0 || document.contents === null) continue;
    const { value, faults: misuses } = convertNode(document, locations);
    for (const { code, message, offset, hint } of misuses) report(code, message, offset, hint);
    if (misuses.length > 0 || value === null) continue;
    documents.push({
      value,
      source: text.slice(document.range?.[0] ?? 0, document.range?.[2] ?? text.length).replace(/^---\s*?\n/, ''),
    });
  }
  return { documents, locations, problems };
}

/** The documents; or the offset at which the text is nested too deeply, found before anything recursive sees it. */
function parse(text: string, lines: LineCounter): Document.Parsed[] | number {
  const parser = new Parser(lines.addNewLine);
  // Scalars are resolved by plain-scalar.ts, duplicate keys found in convert-node.ts (the library compares all pairs).
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, prettyErrors: false });
  const documents: Document.Parsed[] = [];
  let errors = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      documents.push(...composer.next(token));
      if (token.type === 'error') errors++;
    }
    if (parser.stack.length > 2 * maxDepth) return parser.offset;
    // A megabyte of "]" is a million errors, in 7 seconds.
    if (errors > maxErrors) break;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  return documents;
}

/** One mistake gives the library several errors; the first on a line is the one that tells. */
function onePerLine(faults: readonly YAMLError[], lines: LineCounter): YAMLError[] {
  const seen = new Set<number>();
  return faults
    .toSorted((a, b) => a.pos[0] - b.pos[0])
    .filter(fault => {
      const { line } = lines.linePos(fault.pos[0]);
      return !seen.has(line) && seen.add(line);
    })
    .slice(0, 5);
}

function explain(fault: YAMLError): string {
  switch (fault.code) {
    case 'TAB_AS_INDENT':
      return 'a tab in the indentation; YAML allows only spaces there';
    case 'BAD_INDENT': {
      const end = /end with a (.)/.exec(fault.message)?.[1];
      return end ? `missing "${end}" at the end, or its lines are not indented` : 'wrong indentation';
    }
    case 'MISSING_CHAR':
      return `not YAML: ${fault.message.replace(/^Missing/, 'missing')}`;
    case 'BAD_ALIAS':
      return `not YAML: ${fault.message}`;
    default:
      return `not YAML: ${fault.message.charAt(0).toLowerCase()}${fault.message.slice(1)}`;
  }
}

function advice(fault: YAMLError, text: string): string | undefined {
  const [rest = ''] = text.slice(text.lastIndexOf('\n', fault.pos[0] - 1) + 1).split('\n', 1);
  if (/(?:^|:|-)\s+\{\{/.test(rest)) return 'Put the expression in quotes: "{{ … }}".';
  if (fault.code === 'TAB_AS_INDENT') return 'Replace the tab with spaces.';
  if (/:\s.*:\s/.test(rest)) return 'Put a text that holds ": " in quotes.';
  return undefined;
}
