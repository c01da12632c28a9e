import type { Audit } from '@picly/projections';
import { STAT_SUMS } from '../../migrations/1796000000001-experiment-results';
import { BIN_SUMS } from '../../migrations/1796083200002-value-bins';

const SUMS = ['n', ...STAT_SUMS].map((name) => `sum(${name}) as ${name}`).join(', ');
const NAMES = ['n', ...STAT_SUMS];
const row = (of: string): string => `(${NAMES.map((name) => `${of}.${name}`).join(', ')})`;

const BIN_NAMES = ['n', ...BIN_SUMS];
const BIN_TOTALS = BIN_NAMES.map((name) => `sum(${name}) as ${name}`).join(', ');
const binRow = (of: string): string => `(${BIN_NAMES.map((name) => `${of}.${name}`).join(', ')})`;

/** What must hold between definitions, facts and the sums that results are read from. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'revisions-have-no-gap',
    sql: `select experiment, count(*) as revisions, min(revision) as first, max(revision) as last from experiment_definitions
           group by 1 having min(revision) <> 1 or max(revision) <> count(*)`,
  },
  {
    name: 'subjects-are-known-by-their-facts',
    sql: `select encode(runtime.person_hash(subject), 'hex') as subject_hash, s.first_seen_ms, f.first_seen_ms as of_facts_ms,
                 s.exposed, f.exposed as exposed_by_facts
            from experiment_subjects s
            full join (select subject, min(at_ms) as first_seen_ms, bool_or(kind = 'exposure') as exposed from experiment_facts group by 1) f
                 using (subject)
           where (s.first_seen_ms, s.exposed) is distinct from (f.first_seen_ms, f.exposed)`,
  },
  {
    name: 'segments-add-up-to-the-whole',
    sql: `select s.experiment, s.metric, s.arm, s.phase, s.dimension, s.n as in_segments, w.n as in_whole, s.sum as sum_in_segments, w.sum as sum_in_whole
            from (select experiment, metric, arm, phase, dimension, ${SUMS} from experiment_stats where dimension <> '' group by 1, 2, 3, 4, 5) s
            left join (select experiment, metric, arm, phase, ${SUMS} from experiment_stats where dimension = '' group by 1, 2, 3, 4) w
                 using (experiment, metric, arm, phase)
           where ${row('s')} is distinct from ${row('w')}`,
  },
  {
    name: 'no-metric-has-more-units-than-the-arm',
    sql: `select m.experiment, m.metric, m.arm, m.phase, m.n as units, u.n as units_of_arm
            from (select experiment, metric, arm, phase, sum(n) as n from experiment_stats
                   where dimension = '' and metric <> '' and metric not like '#%' group by 1, 2, 3, 4) m
            left join (select experiment, arm, phase, sum(n) as n from experiment_stats where dimension = '' and metric = '' group by 1, 2, 3) u
                 using (experiment, arm, phase)
           where m.n < 0 or m.n > coalesce(u.n, 0)`,
  },
  {
    name: 'units-were-exposed',
    sql: `select experiment, s.n as units, f.n as exposed
            from (select experiment, sum(n) as n from experiment_stats where dimension = '' and metric in ('', '#mixed') group by 1) s
            left join (select experiment, count(distinct subject) as n from experiment_facts where kind = 'exposure' group by 1) f using (experiment)
           where s.n < 0 or s.n > coalesce(f.n, 0)`,
  },
  {
    name: 'squares-fit-their-sums',
    sql: `select experiment, metric, arm, phase, dimension, segment, n, sum, sum_squares
            from (select experiment, metric, arm, phase, dimension, segment, sum(n) as n, sum(sum) as sum, sum(sum_squares) as sum_squares
                    from experiment_stats where metric not like '#%' group by 1, 2, 3, 4, 5, 6) totals
           where n * sum_squares < sum * sum`,
  },
  {
    name: 'value-bins-add-up-to-the-metric',
    sql: `select b.experiment, b.metric, b.arm, b.phase, b.n as in_bins, w.n as in_whole, b.sum as sum_in_bins, w.sum as sum_in_whole
            from (select experiment, metric, arm, phase, ${BIN_TOTALS} from experiment_value_bins group by 1, 2, 3, 4) b
            left join (select experiment, metric, arm, phase, ${BIN_TOTALS} from experiment_stats where dimension = '' group by 1, 2, 3, 4) w
                 using (experiment, metric, arm, phase)
           where ${binRow('b')} is distinct from ${binRow('w')}`,
  },
  {
    name: 'bins-hold-no-less-than-nothing',
    sql: `select experiment, metric, arm, bin, sum(n) as n from experiment_bins group by 1, 2, 3, 4 having sum(n) < 0`,
  },
];
