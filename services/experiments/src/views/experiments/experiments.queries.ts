import type { Sql } from '@picly/database';
import { revisionOf, timelineOf, type Revision, type RevisionRow } from '@picly/experiments';
import { describe, phaseView, type Described, type PhaseView } from '../../results/described';

/** What exposures and conversions tell of an experiment, whether it is defined or not. */
export interface Observed {
  readonly experiment: string;
  /** Null before the first exposure. */
  readonly first_exposure_at: Date | null;
  readonly last_exposure_at: Date | null;
  readonly exposures: number;
  /** People exposed. */
  readonly units: number;
  /** Arms seen; the empty one stands for exposures that named none. */
  readonly arms: readonly string[];
  /** Conversions that name the experiment. */
  readonly conversions: number;
}

type Undescribed = { readonly [Name in keyof Described]: null };

/** With what was said of it: all of it null when nobody defined it. */
export type ExperimentRow = Observed & (Described | Undescribed);

/** What the units of an arm did after they first saw it. */
export interface ArmMetric {
  readonly metric: string;
  readonly conversions: number;
  /** Units with at least one conversion. */
  readonly converted_units: number;
  /** Share of the arm's units that converted, 0..1. */
  readonly conversion_rate: number;
  readonly value_sum: number;
}

export interface Arm {
  readonly arm: string;
  /** People who saw this arm first. */
  readonly units: number;
  readonly exposures: number;
  readonly metrics: readonly ArmMetric[];
}

export type ExperimentDetail = ExperimentRow & {
  readonly by_arm: readonly Arm[];
  /** People seen in more than one arm; they count in the arm they saw first. */
  readonly units_in_several_arms: number;
  /** Of a defined experiment, from its first run on. */
  readonly phases: readonly PhaseView[];
};

const UNDESCRIBED: Undescribed = {
  key: null,
  state: null,
  revision: null,
  phase: null,
  hypothesis: null,
  mode: null,
  unit: null,
  primary_metric: null,
  secondary_metrics: null,
  guardrails: null,
  definition: null,
};

/** Experiments that are defined, and those that people were exposed to all the same. */
const EXPERIMENT = `with named as (
    select experiment from picly.ab_experiments union select experiment from picly.experiment_definitions
  )
  select n.experiment, e.first_exposure_at, e.last_exposure_at, coalesce(e.exposures, 0) as exposures, coalesce(e.units, 0) as units,
    coalesce(e.arms, '{}') as arms, (select count(*) from picly.conversions c where c.experiment = n.experiment) as conversions
  from named n left join picly.ab_experiments e on e.experiment = n.experiment`;

/** Every experiment there is, with what is known of it from exposures, conversions and its definition. */
export class ExperimentsQueries {
  constructor(private readonly sql: Sql) {}

  /** By name; one more than `limit`, to tell whether there are more. */
  async list(limit: number, after: string | undefined): Promise<ExperimentRow[]> {
    const rows = await this.sql.query<Observed>(
      `${EXPERIMENT} where $2::text is null or n.experiment > $2 order by n.experiment limit $1`,
      [limit + 1, after ?? null],
      'experiments list',
    );
    const histories = await this.histories(rows.map(({ experiment }) => experiment));
    return rows.map((row) => ({ ...row, ...describedBy(histories.get(row.experiment)) }));
  }

  async detail(experiment: string): Promise<ExperimentDetail | undefined> {
    const [row] = await this.sql.query<Observed>(`${EXPERIMENT} where n.experiment = $1`, [experiment], 'experiments one');
    if (!row) return undefined;
    const [arms, metrics, histories] = await Promise.all([this.arms(experiment), this.metrics(experiment), this.histories([experiment])]);
    const history = histories.get(experiment);
    return {
      ...row,
      ...describedBy(history),
      by_arm: arms.map(({ arm, units, exposures }) => ({ arm, units, exposures, metrics: metricsOf(metrics, arm, units) })),
      units_in_several_arms: arms.reduce((sum, arm) => sum + arm.mixed, 0),
      phases: (history && timelineOf(history)?.phases.map(phaseView)) ?? [],
    };
  }

  private async histories(experiments: readonly string[]): Promise<ReadonlyMap<string, Revision[]>> {
    const rows = await this.sql.query<RevisionRow>(
      `select experiment, revision, change, state, author, reason, arm, definition, changed_ms from picly.experiment_definitions
       where experiment = any ($1::text[]) order by experiment, revision`,
      [experiments],
      'experiments histories',
    );
    const histories = new Map<string, Revision[]>();
    for (const row of rows) histories.set(row.experiment, [...(histories.get(row.experiment) ?? []), revisionOf(row)]);
    return histories;
  }

  private arms(experiment: string): Promise<{ arm: string; units: number; exposures: number; mixed: number }[]> {
    return this.sql.query(
      `select arm, count(*) as units, sum(exposures)::bigint as exposures, count(*) filter (where cardinality(arms) > 1) as mixed
       from picly.experiment_units where experiment = $1 group by arm order by arm`,
      [experiment],
      'experiments arms',
    );
  }

  private metrics(experiment: string): Promise<StoredMetric[]> {
    return this.sql.query<StoredMetric>(
      `select u.arm, c.metric, count(*) as conversions, count(distinct u.unit) as converted_units, sum(c.value)::float8 as value_sum
       from picly.experiment_units u join picly.conversions c on c.unit = u.unit and c.occurred_at >= u.first_exposure_at
         and (c.experiment is null or c.experiment = u.experiment)
       where u.experiment = $1 group by u.arm, c.metric order by u.arm, c.metric`,
      [experiment],
      'experiments metrics',
    );
  }
}

interface StoredMetric {
  readonly arm: string;
  readonly metric: string;
  readonly conversions: number;
  readonly converted_units: number;
  readonly value_sum: number;
}

function describedBy(history: readonly Revision[] | undefined): Described | Undescribed {
  const timeline = history && timelineOf(history);
  return timeline ? describe(timeline) : UNDESCRIBED;
}

function metricsOf(metrics: readonly StoredMetric[], arm: string, units: number): ArmMetric[] {
  return metrics
    .filter((each) => each.arm === arm)
    .map(({ arm: _, ...metric }) => ({ ...metric, conversion_rate: metric.converted_units / units }));
}
