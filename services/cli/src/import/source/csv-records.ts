import { pipeline, Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';
import type { InputSpec } from '../mapping/input';
import { recordOf, type Parsed } from './parsed';
import { SourceError } from './source-error';

const LONGEST_RECORD = 16 * 1024 * 1024;

/** A record that the parser gave up on, and the line it ended on. */
interface Skipped {
  readonly line: number;
}

interface Delivered {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** RFC 4180 with any delimiter; a record with a broken quote is reported and passed over. */
export async function* csvRecords(chunks: AsyncIterable<string>, input: InputSpec): AsyncGenerator<Parsed> {
  const skipped: Skipped[] = [];
  const parser = parse({
    delimiter: input.delimiter,
    quote: input.quote ?? false,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LONGEST_RECORD,
    on_skip: (error) => void skipped.push({ line: Number(error?.['lines'] ?? 0) }),
  });
  // Unlike pipe(), this hands an error of the source on to the reader of the parser.
  pipeline(Readable.from(chunks), parser, () => undefined);
  let { columns } = input;
  try {
    for await (const { record, info } of parser as AsyncIterable<Delivered>) {
      yield* takeSkipped(skipped, info.lines);
      if (columns) yield recordOf(columns, record);
      else columns = namesOf(record);
    }
    yield* takeSkipped(skipped, Infinity);
  } catch (error) {
    throw asSourceError(error);
  }
}

function* takeSkipped(skipped: Skipped[], before: number): Generator<Parsed> {
  while (skipped[0] !== undefined && skipped[0].line <= before) {
    const { line } = skipped[0];
    skipped.shift();
    yield { problem: { code: 'broken_quote', message: `the record on line ${line} has a quote in the wrong place` } };
  }
}

function namesOf(record: readonly string[]): readonly string[] {
  const names = record.map((name) => name.trim());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new SourceError(`the column "${twice}" is there twice`);
  return names;
}

function asSourceError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? (error as CsvError).code : undefined;
  if (code === 'CSV_QUOTE_NOT_CLOSED') return new SourceError('a quote is opened and never closed');
  if (code === 'CSV_MAX_RECORD_SIZE')
    return new SourceError(`a record is longer than ${LONGEST_RECORD} characters: a quote is probably never closed`);
  return error;
}
