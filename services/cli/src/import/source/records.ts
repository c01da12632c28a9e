import type { InputFormat, InputSpec } from '../mapping/input';
import type { RowProblem, SourceRow } from '../mapping/row';
import { WHOLE_VALUE } from '../mapping/view';
import { csvRecords } from './csv-records';
import { jsonElements } from './json-array';
import { linesOf } from './lines';
import { recordOf, type Parsed } from './parsed';
import { SourceError } from './source-error';
import { openText } from './text-chunks';

/** A record of the file, or a place where there should be one. */
export type SourceRecord = SourceRow | { readonly number: number; readonly problem: RowProblem };

export interface Source {
  readonly records: AsyncIterable<SourceRecord>;
  readonly bytesRead: () => number;
}

const BY_EXTENSION: readonly (readonly [RegExp, InputFormat])[] = [
  [/\.(ndjson|jsonl)(\.gz)?$/i, 'ndjson'],
  [/\.json(\.gz)?$/i, 'json'],
  [/\.(csv|tsv)(\.gz)?$/i, 'csv'],
];

export function formatOf(path: string, wanted: InputFormat | undefined): InputFormat {
  const found = wanted ?? BY_EXTENSION.find(([pattern]) => pattern.test(path))?.[1];
  if (!found) throw new SourceError('the name does not tell the format: give --format csv, ndjson, json or words');
  return found;
}

/** The records of a file, one after the other, in memory that does not grow with the file. */
export function openSource(path: string, input: InputSpec, format: InputFormat): Source {
  const { chunks, bytesRead } = openText(path);
  return { records: numbered(parse(chunks, input, format)), bytesRead };
}

async function* numbered(parsed: AsyncIterable<Parsed>): AsyncGenerator<SourceRecord> {
  let number = 0;
  for await (const record of parsed) yield { ...record, number: ++number };
}

function parse(chunks: AsyncIterable<string>, input: InputSpec, format: InputFormat): AsyncIterable<Parsed> {
  switch (format) {
    case 'csv':
      return csvRecords(input.skipLines > 0 ? withBreaks(skip(linesOf(chunks), input.skipLines)) : chunks, input);
    case 'words':
      return wordRecords(skip(linesOf(chunks), input.skipLines), input);
    case 'ndjson':
      return jsonRecords(notBlank(skip(linesOf(chunks), input.skipLines)));
    case 'json':
      return jsonRecords(jsonElements(chunks));
  }
}

async function* skip(lines: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let seen = 0;
  for await (const line of lines) if (seen++ >= count) yield line;
}

async function* withBreaks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

async function* notBlank(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) if (line.trim() !== '') yield line;
}

async function* jsonRecords(texts: AsyncIterable<string>): AsyncGenerator<Parsed> {
  for await (const text of texts) yield jsonRecord(text);
}

function jsonRecord(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: { code: 'not_json', message: 'the record is not JSON' } };
  }
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return { fields: isRecord ? (value as Readonly<Record<string, unknown>>) : { [WHOLE_VALUE]: value } };
}

async function* wordRecords(lines: AsyncIterable<string>, input: InputSpec): AsyncGenerator<Parsed> {
  let { columns } = input;
  for await (const line of notBlank(lines)) {
    const words = line.trim().split(/\s+/);
    if (columns) yield recordOf(columns, words);
    else columns = words;
  }
}
