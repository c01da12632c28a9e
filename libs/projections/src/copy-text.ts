const MS_PER_DAY = 86_400_000;

const ZERO = 0x30;
const COLON = 0x3a;
const DOT = 0x2e;
const TAB = 0x09;
const NEW_LINE = 0x0a;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const LAST_ASCII = 0x7f;

/** Up to so many characters a loop is faster than a call out of JavaScript. */
const SHORT = 64;
/** A character is three bytes at most (a surrogate pair four), and two when it is escaped. */
const BYTES_PER_CHARACTER = 3;
const FIRST_BYTES = 65_536;

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const escaped = (text: string): string => (SPECIAL.test(text) ? text.replace(/[\\\n\r\t]/g, (one) => ESCAPES[one] ?? one) : text);

/**
 * Rows in COPY's text format, written into one piece of memory: to put strings together first costs twice as much and leaves more garbage
 * than all else of a fold. Source of the format: PostgreSQL manual, COPY, "File Formats".
 */
export class CopyText {
  private bytes = Buffer.allocUnsafe(FIRST_BYTES);
  private length = 0;
  private day = Number.NaN;
  private dayText = '';

  null(): void {
    this.ascii('\\N');
  }

  /**
   * Milliseconds since the epoch as `Date.toISOString` writes them, at a third of the cost: the instants of a batch are mostly of one day.
   * Throws RangeError when it is no instant of a Date.
   */
  instant(atMs: number): void {
    const ms = Math.trunc(atMs);
    const day = Math.floor(ms / MS_PER_DAY);
    if (day !== this.day) {
      this.dayText = new Date(day * MS_PER_DAY).toISOString().slice(0, -'00:00:00.000Z'.length);
      this.day = day;
    }
    this.ascii(this.dayText);
    const ofDay = ms - day * MS_PER_DAY;
    this.digits(Math.floor(ofDay / 3_600_000), COLON);
    this.digits(Math.floor(ofDay / 60_000) % 60, COLON);
    this.digits(Math.floor(ofDay / 1_000) % 60, DOT);
    this.digits(Math.floor(ofDay / 10) % 100, ZERO + (ofDay % 10));
    this.ascii('Z');
  }

  text(text: string): void {
    this.makeRoom(text.length * BYTES_PER_CHARACTER);
    if (text.length <= SHORT && this.wrote(text)) return;
    const written = escaped(text);
    this.makeRoom(written.length * BYTES_PER_CHARACTER);
    this.length += this.bytes.write(written, this.length, 'utf8');
  }

  endCell(): void {
    this.makeRoom(1);
    this.bytes[this.length++] = TAB;
  }

  /** In place of the end of the last cell. */
  endRow(): void {
    this.bytes[this.length - 1] = NEW_LINE;
  }

  /** What was written so far. */
  lines(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** A number below 100, and what comes behind it. */
  private digits(value: number, next: number): void {
    this.makeRoom(3);
    const { bytes, length } = this;
    bytes[length] = ZERO + Math.floor(value / 10);
    bytes[length + 1] = ZERO + (value % 10);
    bytes[length + 2] = next;
    this.length = length + 3;
  }

  private ascii(text: string): void {
    this.makeRoom(text.length);
    const { bytes } = this;
    for (let n = 0; n < text.length; n++) bytes[this.length++] = text.charCodeAt(n);
  }

  /** Whether the text is such that its characters are its bytes, and if so writes them. */
  private wrote(text: string): boolean {
    const { bytes } = this;
    let at = this.length;
    for (let n = 0; n < text.length; n++) {
      const code = text.charCodeAt(n);
      if (code < FIRST_PRINTABLE || code === BACKSLASH || code > LAST_ASCII) return false;
      bytes[at++] = code;
    }
    this.length = at;
    return true;
  }

  private makeRoom(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, needed));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
