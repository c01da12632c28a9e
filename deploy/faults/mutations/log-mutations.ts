import type { Mutation } from './mutation';

const ADAPTER_POSTGRES = 'libs/event-log/src/conformance/postgres.pg.spec.ts';
const APPENDER_KAFKA = 'libs/event-log/src/kafka/appender.spec.ts';

/** What keeps an acknowledged event in the log, once, in its place. */
export const LOG_MUTATIONS: readonly Mutation[] = [
  {
    protection: 'lock of a partition on append',
    removed: 'writers hand out offsets without locking the row of the partition',
    file: 'libs/event-log/src/postgres/append-statement.ts',
    edits: [{ find: '\n  for update of p\n', replace: '\n' }],
    spec: 'libs/event-log/src/postgres/postgres-log.pg.spec.ts',
    test: 'is read first by everybody: who comes after it waits for it',
  },
  {
    protection: 'verification of a send',
    removed: 'a partition that the answer of the brokers does not mention counts as written',
    file: 'libs/event-log/src/kafka/verified-send.ts',
    edits: [
      {
        find: 'if (baseOffset === undefined) missing.push(chunk);',
        replace: 'if (baseOffset === undefined) acknowledged.push({ chunk, baseOffset: 0 });',
      },
    ],
    spec: APPENDER_KAFKA,
    test: 'sends again what an acknowledged send left out: kafkajs drops a partition whose leader moves during a retry',
  },
  {
    protection: 'offsets of acknowledgements only grow',
    removed: 'a batch that the broker took for an earlier one counts as written',
    file: 'libs/event-log/src/kafka/verified-send.ts',
    edits: [{ find: 'else if (baseOffset < (ends.get(key) ?? 0)) mistaken.push(chunk);\n', replace: '' }],
    spec: APPENDER_KAFKA,
    test: 'sends again, with a fresh producer, what the broker took for an earlier batch',
  },
  {
    protection: 'one send under way per producer',
    removed: 'every append sends at once, beside the sends before it',
    file: 'libs/event-log/src/kafka/appender.ts',
    edits: [{ find: 'this.#sending ??= this.#sendAll();', replace: 'void this.#sendAll();' }],
    spec: APPENDER_KAFKA,
    test: 'has one send under way at any time and groups what arrives meanwhile',
  },
  {
    protection: 'no sequence number is used twice',
    removed: 'a producer whose send was given up goes on with the next',
    file: 'libs/event-log/src/kafka/appender.ts',
    edits: [{ find: 'if (wanted.length < open.length) await this.#producer.discard();\n', replace: '' }],
    spec: APPENDER_KAFKA,
    test: 'never reuses the sequence numbers of a send it gave up: the next one has a fresh producer',
  },
  {
    protection: 'a hole in a topic is an alarm',
    removed: 'records behind a hole are handed out as if nothing were missing',
    file: 'libs/event-log/src/kafka/raw-message.ts',
    edits: [{ find: 'if (offset > expected) return records.length > 0 ? { records } : { records, hole: offset };\n', replace: '' }],
    spec: 'libs/event-log/src/kafka/raw-message.spec.ts',
    test: 'tells a hole at the position, and hands out nothing behind it',
  },
  {
    protection: 'a log cut off below a position is an alarm',
    removed: 'reading below the start of a partition goes on at its start',
    file: 'libs/event-log/src/postgres/reader.ts',
    edits: [{ find: 'if (offset < start) throw new LogTruncatedError(topic, partition, offset, start);\n', replace: '' }],
    spec: ADAPTER_POSTGRES,
    test: 'is refused below the start, as the records are gone',
  },
  {
    protection: 'bounds of all partitions, or none',
    removed: 'partitions that have no leader at the moment are missing in the bounds of a topic',
    file: 'libs/event-log/src/kafka/topics.ts',
    edits: [{ find: 'if (offsets.length !== this.#partitions.get(topic)) throw', replace: 'if (offsets.length < 0) throw' }],
    spec: 'libs/event-log/src/kafka/topics.spec.ts',
    test: 'are those of all its partitions, or none while one of them has no leader',
  },
  {
    protection: '202 only after the append',
    removed: 'the answer does not wait for the log',
    file: 'services/gateway/src/ingest/commit-events.ts',
    edits: [
      {
        find: 'await deps.log.append(records, { deadlineMs: deps.appendDeadlineMs })',
        replace:
          '(void deps.log.append(records, { deadlineMs: deps.appendDeadlineMs }).catch(() => undefined), records.map(({ topic }) => ({ topic, partition: 0, offset: 0 })))',
      },
    ],
    spec: 'services/gateway/src/ingest/ingest.spec.ts',
    test: 'when the log is down nothing is promised and the id is free for another try',
  },
];
