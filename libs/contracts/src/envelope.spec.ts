import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EVENT_TYPES, EVENTS } from './catalogue';
import { decodeEvent, encodeEvent, EnvelopeError, type EncodedEvent, type SealedEvent } from './envelope';

interface Sample {
  readonly record: { readonly headers: Record<string, string>; readonly value: string; readonly timestamp: number };
  readonly decoded: SealedEvent;
}

const FOLDER = path.join(__dirname, '../samples');
const samples = readdirSync(FOLDER).map((file) => [file, JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Sample] as const);

const event: SealedEvent = {
  id: '01950001-0000-7000-8000-000000000001',
  type: 'rating-submitted',
  data: { generation_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01', rating: 4 },
  occurredAt: Date.UTC(2026, 2, 4, 5, 6, 7, 8),
  receivedAt: Date.UTC(2026, 2, 4, 5, 6, 8),
};

const codeOf = (record: EncodedEvent): string | undefined => {
  try {
    decodeEvent(record);
    return undefined;
  } catch (error) {
    return error instanceof EnvelopeError ? error.code : String(error);
  }
};

describe('the envelope of an event', () => {
  test.each(samples)('the released record %s decodes for ever', (_file, { record, decoded }) => {
    expect(decodeEvent({ ...record, value: Buffer.from(record.value) })).toEqual(decoded);
  });

  test('every version of every event has a frozen sample', () => {
    const wanted = EVENT_TYPES.flatMap((type) => Array.from({ length: EVENTS[type].version }, (_, n) => `${type}.v${n + 1}.json`));
    expect(samples.map(([file]) => file).sort()).toEqual(wanted.sort());
  });

  test('what was encoded decodes to the same event', () => {
    const full = { ...event, happenedAt: 1_700_000_000_000, sentAt: 1_700_000_001_000, sealed: 'u.r.c', fingerprint: 'abc' };
    expect(decodeEvent(encodeEvent(event))).toEqual(event);
    expect(decodeEvent(encodeEvent(full))).toEqual(full);
  });

  test('attributes travel as ce_ headers, the data as the JSON body', () => {
    const { headers, value, timestamp } = encodeEvent(event);
    expect(headers).toMatchObject({
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: 'rating-submitted',
      ce_time: '2026-03-04T05:06:07.008Z',
    });
    expect(JSON.parse(value.toString())).toEqual(event.data);
    expect(timestamp).toBe(event.receivedAt);
  });

  test('a record that is no event of ours says why', () => {
    const good = encodeEvent(event);
    const { ce_id: _, ...withoutId } = good.headers;
    expect(codeOf({ ...good, headers: withoutId })).toBe('ENVELOPE_INVALID');
    expect(codeOf({ ...good, headers: { ...good.headers, ce_type: 'toString' } })).toBe('EVENT_TYPE_UNKNOWN');
    expect(codeOf({ ...good, headers: { ...good.headers, ce_dataversion: '2' } })).toBe('EVENT_VERSION_UNKNOWN');
    expect(codeOf({ ...good, headers: { ...good.headers, ce_dataversion: '0' } })).toBe('EVENT_VERSION_UNKNOWN');
    expect(codeOf({ ...good, headers: { ...good.headers, ce_time: 'soon' } })).toBe('ENVELOPE_INVALID');
    expect(codeOf({ ...good, value: Buffer.from('{') })).toBe('EVENT_BODY_INVALID');
    expect(codeOf({ ...good, value: Buffer.from('[]') })).toBe('EVENT_BODY_INVALID');
    expect(codeOf({ ...good, value: Buffer.from('{"sealed":1}') })).toBe('EVENT_BODY_INVALID');
  });
});
