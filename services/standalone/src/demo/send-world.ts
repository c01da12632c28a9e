import { FurthestPosition, Lanes, sendBatch, type ApiClient, type BatchEvent } from '@picly/api-client';
import type { Delivery } from './world/event';

const BATCH_EVENTS = 500;
/** Batches on their way together: enough to keep the log busy, and for events to overtake each other as in life. */
const IN_FLIGHT = 4;

export interface SendResult {
  readonly sent: number;
  readonly deduplicated: number;
  /** Events the API did not take, with its reason; none when all is well. */
  readonly rejected: readonly string[];
  /** Waiting for this position is waiting for everything sent; undefined when nothing was taken. */
  readonly position: string | undefined;
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
  const furthest = new FurthestPosition();
  let sent = 0;
  let deduplicated = 0;
  const send = async (batch: readonly BatchEvent[]): Promise<void> => {
    const answer = await sendBatch(client, batch);
    furthest.add(answer.positions);
    for (const { status, deduplicated: known, errors } of answer.results) {
      if (known) deduplicated++;
      if (status === 'rejected') rejected.push(errors?.[0]?.message ?? 'no reason given');
    }
    onProgress((sent += batch.length));
  };
  for (const batch of batches(deliveries)) await lanes.start(() => send(batch));
  await lanes.drain();
  return { sent, deduplicated, rejected, position: furthest.token };
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
