import type { EventLog } from '@picly/event-log';
import { Counter, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The same log, with its appends counted and timed. */
export function measuredLog(log: EventLog, registry: Registry): EventLog {
  const records = new Counter({
    name: 'picly_log_appended_records_total',
    help: 'Records the log has confirmed.',
    registers: [registry],
  });
  const failures = new Counter({
    name: 'picly_log_append_failures_total',
    help: 'Appends the log did not confirm in time, by error code.',
    labelNames: ['code'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'picly_log_append_seconds',
    help: 'Time until the log confirmed one append (of many records).',
    buckets: SECONDS,
    registers: [registry],
  });
  return {
    append: async (batch, options) => {
      const stop = seconds.startTimer();
      try {
        const positions = await log.append(batch, options);
        records.inc(positions.length);
        return positions;
      } catch (error) {
        failures.labels(error instanceof Error && 'code' in error ? String(error.code) : 'unknown').inc();
        throw error;
      } finally {
        stop();
      }
    },
    ensureTopics: (topics) => log.ensureTopics(topics),
    read: (request) => log.read(request),
    join: (options) => log.join(options),
    bounds: (topics) => log.bounds(topics),
    trim: (before) => log.trim(before),
    close: () => log.close(),
  };
}
