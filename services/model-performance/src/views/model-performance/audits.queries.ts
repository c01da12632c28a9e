import type { Audit } from '@picly/projections';

/** What must hold between the calls and their sums. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'days-count-every-call-and-amount',
    sql: `select engine, model_version, currency, c.calls as facts, d.calls as in_days
            from (select engine, model_version, currency, count(*) as calls, sum(cost_micros) as cost, sum(revenue_micros) as revenue
                    from calls where engine is not null group by 1, 2, 3) c
            full join (select engine, model_version, currency, sum(calls) as calls, sum(cost_micros) as cost, sum(revenue_micros) as revenue
                         from model_performance where calls > 0 group by 1, 2, 3) d using (engine, model_version, currency)
           where (c.calls, c.cost, c.revenue) is distinct from (d.calls, d.cost, d.revenue)`,
  },
  {
    name: 'successes-and-failures-are-all-calls',
    sql: 'select day, engine, model_version, calls, successes, failures from model_performance where successes + failures <> calls',
  },
  {
    name: 'quarter-hours-add-up-to-days',
    sql: `select engine, model_version, currency, s.calls as in_slots, d.calls as in_days
            from (select engine, model_version, currency, sum(calls) as calls, sum(cost_micros) as cost, sum(quality_squares) as squares
                    from model_performance_slots group by 1, 2, 3) s
            full join (select engine, model_version, currency, sum(calls) as calls, sum(cost_micros) as cost, sum(quality_squares) as squares
                         from model_performance group by 1, 2, 3) d using (engine, model_version, currency)
           where (s.calls, s.cost, s.squares) is distinct from (d.calls, d.cost, d.squares)`,
  },
  {
    name: 'durations-are-in-one-bin-each',
    sql: `select engine, model_version, c.n as facts, h.n as in_bins
            from (select engine, model_version, count(*) as n from calls where engine is not null and duration_bin is not null group by 1, 2) c
            full join (select engine, model_version, sum(n) as n from duration_histogram group by 1, 2 having sum(n) > 0) h
                 using (engine, model_version)
           where c.n is distinct from h.n`,
  },
  {
    name: 'failures-have-one-cause-each',
    sql: `select engine, model_version, d.n as failures, c.n as causes
            from (select engine, model_version, sum(failures) as n from model_performance group by 1, 2 having sum(failures) > 0) d
            full join (select engine, model_version, sum(n) as n from failure_causes group by 1, 2 having sum(n) > 0) c
                 using (engine, model_version)
           where d.n is distinct from c.n`,
  },
];
