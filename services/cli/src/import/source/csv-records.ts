import type { InputSpec } from '../mapping/input';
import { CsvReader, type CsvRecord } from './csv-reader';
import { recordOf, type Parsed } from './parsed';
import { SourceError } from './source-error';

/** The rows of a CSV file under the names of their columns; a record with a broken quote is reported and passed over. */
export async function* csvRecords(chunks: AsyncIterable<string>, input: InputSpec): AsyncGenerator<Parsed> {
  let { columns } = input;
  for await (const record of recordsOf(chunks, input)) {
    if (record === undefined) yield { problem: { code: 'broken_quote', message: 'a quote stands in the wrong place' } };
    else if (columns) yield recordOf(columns, record);
    else columns = namesOf(record);
  }
}

async function* recordsOf(chunks: AsyncIterable<string>, { delimiter, quote }: InputSpec): AsyncGenerator<CsvRecord> {
  const reader = new CsvReader({ delimiter, quote });
  for await (const chunk of chunks) yield* reader.feed(chunk);
  yield* reader.end();
}

function namesOf(record: readonly string[]): readonly string[] {
  const names = record.map((name) => name.trim());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new SourceError(`the column "${twice}" is there twice`);
  return names;
}
