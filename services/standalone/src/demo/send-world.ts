import { Lanes, sendBatch, type ApiClient, type BatchEvent } from '@picly/api-client';
import { decodePosition, encodePosition, type EventPosition } from '@picly/contracts';
import type { Delivery } from './world/event';

const BATCH_EVENTS = 500;
/** Batches on their way together: enough to keep the log busy, and for events to overtake each other as in life. */
const IN_FLIGHT = 4;

export interface SendResult {
  readonly sent: number;
  readonly deduplicated: number;
  /** Events the API did not take, with its reason; none when all is well. */
  readonly rejected: readonly string[];
  /** Waiting for this position is waiting for everything sent. */
  readonly position: string;
}

/** The call as its sender makes it at this moment. A wrong clock is wrong in both of its times, and so can be corrected. */
export function asSent({ event, clockErrorMs }: Delivery, nowMs: number): BatchEvent {
  if (clockErrorMs === 0) return event;
  const shifted = (instantMs: number): string => new Date(instantMs + clockErrorMs).toISOString();
  return { ...event, occurred_at: shifted(Date.parse(event.occurred_at)), sent_at: shifted(nowMs) };
}

/** Sends all deliveries through the public API in the order in which they arrive. */
export async function sendWorld(
  client: ApiClient,
  deliveries: Iterable<Delivery>,
  onProgress: (sent: number) => void,
): Promise<SendResult> {
  const lanes = new Lanes(IN_FLIGHT);
  const rejected: string[] = [];
  const positions = new Map<string, EventPosition>();
  let sent = 0;
  let deduplicated = 0;
  const send = async (batch: readonly BatchEvent[]): Promise<void> => {
    const answer = await sendBatch(client, batch);
    for (const token of answer.positions) remember(positions, token);
    for (const { status, deduplicated: known, errors } of answer.results) {
      if (known) deduplicated++;
      if (status === 'rejected') rejected.push(errors?.[0]?.message ?? 'no reason given');
    }
    onProgress((sent += batch.length));
  };
  for (const batch of batches(deliveries)) await lanes.start(() => send(batch));
  await lanes.drain();
  return { sent, deduplicated, rejected, position: encodePosition([...positions.values()]) };
}

function* batches(deliveries: Iterable<Delivery>): Generator<readonly BatchEvent[]> {
  let batch: BatchEvent[] = [];
  for (const delivery of deliveries) {
    batch.push(asSent(delivery, Date.now()));
    if (batch.length < BATCH_EVENTS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function remember(positions: Map<string, EventPosition>, token: string): void {
  for (const position of decodePosition(token) ?? []) {
    const place = `${position.topic}/${position.partition}`;
    const known = positions.get(place);
    if (!known || known.offset < position.offset) positions.set(place, position);
  }
}
