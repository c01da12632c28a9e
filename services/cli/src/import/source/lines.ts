import { SourceError } from './source-error';

const LONGEST_LINE = 16 * 1024 * 1024;

/** Lines parted by LF or CRLF only: other breaks (U+2028) may stand inside JSON text. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new SourceError(`a line is longer than ${LONGEST_LINE} characters: is the format right?`);
    for (const line of lines) yield withoutReturn(line);
  }
  if (rest !== '') yield withoutReturn(rest);
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
