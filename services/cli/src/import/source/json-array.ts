import { SourceError } from './source-error';

const LONGEST_ELEMENT = 16 * 1024 * 1024;
const BLANK = /\s/;

/**
 * The elements of one JSON array as their source text, without holding the array. It only finds where elements end
 * (depth and strings); whether an element is JSON is for the parser to say.
 */
export async function* jsonElements(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  const scanner = new ElementScanner();
  for await (const chunk of chunks) yield* scanner.feed(chunk);
  scanner.end();
}

type Place = 'before' | 'inside' | 'after';

class ElementScanner {
  private place: Place = 'before';
  private element = '';
  private depth = 0;
  private inText = false;
  private escaped = false;
  private seen = 0;

  *feed(chunk: string): Generator<string> {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk.charAt(at);
      if (this.place !== 'inside') {
        this.outside(character);
        from = at + 1;
      } else if (this.endsElement(character)) {
        const text = (this.element + chunk.slice(from, at)).trim();
        this.element = '';
        from = at + 1;
        if (this.take(text, character)) yield text;
      }
    }
    if (this.place === 'inside') this.element += chunk.slice(from);
    if (this.element.length > LONGEST_ELEMENT) throw new SourceError(`an element is longer than ${LONGEST_ELEMENT} characters`);
  }

  end(): void {
    if (this.place === 'before') throw new SourceError('the file is not a JSON array (is it NDJSON? then say so with --format ndjson)');
    if (this.place === 'inside') throw new SourceError('the JSON array is cut off: its closing bracket is missing');
  }

  private outside(character: string): void {
    if (BLANK.test(character)) return;
    if (this.place === 'after') throw new SourceError('something follows the end of the JSON array');
    if (character !== '[') throw new SourceError('the file is not a JSON array (is it NDJSON? then say so with --format ndjson)');
    this.place = 'inside';
  }

  /** Follows strings and nesting; true at a comma or bracket of the array itself. */
  private endsElement(character: string): boolean {
    if (this.inText) {
      this.withinText(character);
      return false;
    }
    if (character === '"') this.inText = true;
    else if (character === '{' || character === '[') this.depth++;
    else if (this.depth === 0) return character === ',' || character === ']';
    else if (character === '}' || character === ']') this.depth--;
    return false;
  }

  private withinText(character: string): void {
    if (this.escaped) this.escaped = false;
    else if (character === '\\') this.escaped = true;
    else if (character === '"') this.inText = false;
  }

  private take(text: string, end: string): boolean {
    if (end === ']') this.place = 'after';
    if (text === '' && !(end === ']' && this.seen === 0)) throw new SourceError(`element ${this.seen + 1} of the JSON array is missing`);
    if (text === '') return false;
    this.seen++;
    return true;
  }
}
