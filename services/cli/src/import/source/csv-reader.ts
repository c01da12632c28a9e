import { SourceError } from './source-error';

export interface CsvDialect {
  readonly delimiter: string;
  /** `undefined`: quotes are ordinary characters. */
  readonly quote: string | undefined;
}

/** The values of a record, or `undefined` when a quote stands where none may: the rest of its line is passed over. */
export type CsvRecord = readonly string[] | undefined;

/** Where the scanner is in the text at hand. */
interface Cursor {
  at: number;
  /** End of the line that `at` is on: -1 when it is not in the text yet. */
  lineEnd: number;
}

const LONGEST_RECORD = 16 * 1024 * 1024;
const INCOMPLETE = Symbol('incomplete');
const BROKEN = Symbol('broken');

/** RFC 4180 over text that comes in pieces. Unlike common parsers it finds the next record again after a broken one. */
export class CsvReader {
  private text = '';
  private line = 1;

  constructor(private readonly dialect: CsvDialect) {}

  *feed(piece: string): Generator<CsvRecord> {
    this.text += piece;
    yield* this.take(false);
    if (this.text.length > LONGEST_RECORD) {
      throw new SourceError(
        `the record that begins on line ${this.line} is longer than ${LONGEST_RECORD} characters: is a quote never closed?`,
      );
    }
  }

  *end(): Generator<CsvRecord> {
    yield* this.take(true);
    if (this.text !== '') throw new SourceError(`the quote opened in the record that begins on line ${this.line} is never closed`);
  }

  private *take(isLast: boolean): Generator<CsvRecord> {
    const { text, dialect } = this;
    const cursor: Cursor = { at: 0, lineEnd: text.indexOf('\n') };
    let begin = 0;
    while (begin < text.length) {
      const record = readRecord({ text, dialect, isLast }, cursor);
      if (record === INCOMPLETE) break;
      this.line += linesIn(text, begin, cursor.at);
      begin = cursor.at;
      if (record === BROKEN) yield undefined;
      else if (record.length > 1 || record[0] !== '') yield record;
    }
    this.text = text.slice(begin);
  }
}

interface Text {
  readonly text: string;
  readonly dialect: CsvDialect;
  /** Nothing follows the text: its end is the end of a line. */
  readonly isLast: boolean;
}

function readRecord(source: Text, cursor: Cursor): string[] | typeof INCOMPLETE | typeof BROKEN {
  const values: string[] = [];
  for (;;) {
    const isQuoted = source.dialect.quote !== undefined && source.text[cursor.at] === source.dialect.quote;
    const value = isQuoted ? readQuoted(source, cursor, source.dialect.quote ?? '"') : readPlain(source, cursor);
    if (value === INCOMPLETE) return INCOMPLETE;
    if (value === BROKEN) return skipLine(source, cursor);
    values.push(value);
    if (source.text[cursor.at] !== source.dialect.delimiter) return endLine(source, cursor, values);
    cursor.at++;
  }
}

function lineEndFrom({ text, isLast }: Text, cursor: Cursor): number | typeof INCOMPLETE {
  if (cursor.lineEnd < cursor.at) cursor.lineEnd = text.indexOf('\n', cursor.at);
  if (cursor.lineEnd >= 0) return cursor.lineEnd;
  return isLast ? text.length : INCOMPLETE;
}

function readPlain(source: Text, cursor: Cursor): string | typeof INCOMPLETE {
  const lineEnd = lineEndFrom(source, cursor);
  if (lineEnd === INCOMPLETE) return INCOMPLETE;
  const { text, dialect } = source;
  const delimiter = text.indexOf(dialect.delimiter, cursor.at);
  const begin = cursor.at;
  if (delimiter >= 0 && delimiter < lineEnd) {
    cursor.at = delimiter;
    return text.slice(begin, delimiter);
  }
  cursor.at = lineEnd;
  return text.slice(begin, lineEnd > begin && text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd);
}

function readQuoted({ text, dialect, isLast }: Text, cursor: Cursor, quote: string): string | typeof INCOMPLETE | typeof BROKEN {
  const begin = cursor.at + 1;
  const close = closingQuote(text, begin, quote);
  // Two characters behind the quote tell whether it closes; without them it may be half of a doubled one, or of CRLF.
  if (close < 0 || (!isLast && close + 2 >= text.length)) return INCOMPLETE;
  const after = text.slice(close + 1, close + 3);
  cursor.at = close + 1;
  if (after === '\r\n' || after === '\r') cursor.at++;
  else if (after !== '' && after[0] !== dialect.delimiter && after[0] !== '\n') return BROKEN;
  return text.slice(begin, close).replaceAll(quote + quote, quote);
}

function closingQuote(text: string, from: number, quote: string): number {
  let close = text.indexOf(quote, from);
  while (close >= 0 && text[close + 1] === quote) close = text.indexOf(quote, close + 2);
  return close;
}

function endLine(source: Text, cursor: Cursor, values: string[]): string[] {
  cursor.at = Math.min(cursor.at + 1, source.text.length);
  return values;
}

function skipLine(source: Text, cursor: Cursor): typeof BROKEN | typeof INCOMPLETE {
  const lineEnd = lineEndFrom(source, cursor);
  if (lineEnd === INCOMPLETE) return INCOMPLETE;
  cursor.at = Math.min(lineEnd + 1, source.text.length);
  return BROKEN;
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
