import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { InputFormat, InputSpec } from '../mapping/input';
import { CsvReader } from './csv-reader';
import { jsonElements } from './json-array';
import { linesOf } from './lines';
import { formatOf, openSource, type SourceRecord } from './records';

const PLAIN: InputSpec = { format: undefined, delimiter: ',', quote: '"', columns: undefined, skipLines: 0 };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-records-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function all(content: string | Buffer, format: InputFormat, input: Partial<InputSpec> = {}, name = 'file'): Promise<SourceRecord[]> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  const records: SourceRecord[] = [];
  for await (const record of openSource(file, { ...PLAIN, ...input }, format).records) records.push(record);
  return records;
}

const fieldsOf = (records: readonly SourceRecord[]): unknown[] =>
  records.map((record) => ('fields' in record ? record.fields : record.problem.code));

async function* pieces(text: string, sizes: readonly number[]): AsyncGenerator<string> {
  let at = 0;
  for (let n = 0; at < text.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length] ?? 1);
    yield text.slice(at, (at += size));
  }
}

describe('CSV', () => {
  it('reads quotes, breaks inside quotes, CRLF and a byte order mark; an empty cell has no value', async () => {
    const text = '\ufeffa,b,c\r\n1,"two, ""2""\nlines",\r\n\r\n4,,6\r\n';
    expect(fieldsOf(await all(text, 'csv'))).toEqual([
      { a: '1', b: 'two, "2"\nlines' },
      { a: '4', c: '6' },
    ]);
  });

  it('reports a row with another number of columns, and goes on', async () => {
    const records = await all('a,b\n1,2\n3\n4,5,6\n7,8\n', 'csv');
    expect(fieldsOf(records)).toEqual([{ a: '1', b: '2' }, 'column_count', 'column_count', { a: '7', b: '8' }]);
    expect(records.map((record) => record.number)).toEqual([1, 2, 3, 4]);
  });

  it('reports a record with a broken quote at its place, and goes on', async () => {
    const codes = fieldsOf(await all('a,b\n1,2\n"x"y,3\n4,5\n', 'csv'));
    expect(codes).toEqual([{ a: '1', b: '2' }, 'broken_quote', { a: '4', b: '5' }]);
  });

  it('takes other delimiters, given columns and lines to skip', async () => {
    expect(fieldsOf(await all('# export\n1;2\n', 'csv', { delimiter: ';', columns: ['x', 'y'], skipLines: 1 }))).toEqual([
      { x: '1', y: '2' },
    ]);
  });

  it('says when a column is there twice, a quote stays open, or the file is not UTF-8', async () => {
    await expect(all('a,a\n1,2\n', 'csv')).rejects.toThrow('the column "a" is there twice');
    await expect(all('a,b\n1,"2\n3,4\n', 'csv')).rejects.toThrow('the quote opened in the record that begins on line 2 is never closed');
    await expect(all(Buffer.from('a\nM\xfcnchen\n', 'latin1'), 'csv')).rejects.toThrow('not UTF-8');
  });

  it('reads back what RFC 4180 writes, in whatever pieces it comes', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é'), maxLength: 6 });
    const written = (value: string, quoted: boolean): string =>
      quoted || /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 2, maxLength: 4 }), { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 5 }),
        (records, lineBreak, size) => {
          const text = records.map((record) => record.map(([value, quoted]) => written(value, quoted)).join(',') + lineBreak).join('');
          const reader = new CsvReader({ delimiter: ',', quote: '"' });
          const read: unknown[] = [];
          for (let at = 0; at < text.length; at += size) read.push(...reader.feed(text.slice(at, at + size)));
          read.push(...reader.end());
          expect(read).toEqual(records.map((record) => record.map(([value]) => value)));
        },
      ),
    );
  });

  it('unpacks .gz', async () => {
    expect(fieldsOf(await all(gzipSync('a\n1\n'), 'csv', {}, 'file.csv.gz'))).toEqual([{ a: '1' }]);
  });
});

describe('other formats', () => {
  it('parts words by blanks', async () => {
    expect(fieldsOf(await all(' id  date\n 01 19970101 \n\n 02  19970102\n', 'words'))).toEqual([
      { id: '01', date: '19970101' },
      { id: '02', date: '19970102' },
    ]);
  });

  it('reads one JSON value a line, and reports a line that is none', async () => {
    expect(fieldsOf(await all('{"a":1}\r\n\n"text\u2028x"\n{oops\n[1]', 'ndjson'))).toEqual([
      { a: 1 },
      { $value: 'text\u2028x' },
      'not_json',
      { $value: [1] },
    ]);
  });

  it('reads a JSON array element by element', async () => {
    expect(fieldsOf(await all(' [ {"a":[1,{"b":"]},\\""}]} , "x,y", 3, {bad} ] \n', 'json'))).toEqual([
      { a: [1, { b: ']},"' }] },
      { $value: 'x,y' },
      { $value: 3 },
      'not_json',
    ]);
    expect(await all('[]', 'json')).toEqual([]);
  });

  it.each([
    ['{"a":1}', 'not a JSON array'],
    ['[1,2', 'cut off'],
    ['[1,,2]', 'element 2 of the JSON array is missing'],
    ['[1] x', 'something follows'],
    ['', 'not a JSON array'],
  ])('says what is wrong with %s', async (text, message) => {
    await expect(all(text, 'json')).rejects.toThrow(message);
  });

  it('does not depend on how the text comes in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        async (values, sizes) => {
          const elements: unknown[] = [];
          for await (const text of jsonElements(pieces(JSON.stringify(values), sizes))) elements.push(JSON.parse(text));
          expect(JSON.stringify(elements)).toBe(JSON.stringify(values));
          const lines: string[] = [];
          for await (const line of linesOf(pieces(values.map((value) => `${JSON.stringify(value)}\r\n`).join(''), sizes))) lines.push(line);
          expect(lines).toEqual(values.map((value) => JSON.stringify(value)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('tells the format by the name unless it is said', () => {
    expect(['x.CSV', 'x.tsv.gz', 'x.jsonl', 'x.json.gz'].map((name) => formatOf(name, undefined))).toEqual([
      'csv',
      'csv',
      'ndjson',
      'json',
    ]);
    expect(formatOf('x.csv', 'words')).toBe('words');
    expect(() => formatOf('x.txt', undefined)).toThrow('--format');
  });
});
