import type { Sql } from '@picly/database';

export interface ExperimentRow {
  readonly experiment: string;
  readonly first_exposure_at: Date;
  readonly last_exposure_at: Date;
  readonly exposures: number;
  /** People exposed. */
  readonly units: number;
  /** Arms seen; the empty one stands for exposures that named none. */
  readonly arms: readonly string[];
  /** Conversions that name the experiment. */
  readonly conversions: number;
}

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

export interface ExperimentDetail extends ExperimentRow {
  readonly by_arm: readonly Arm[];
  /** People seen in more than one arm; they count in the arm they saw first. */
  readonly units_in_several_arms: number;
}

const EXPERIMENT = `select e.*, (select count(*) from picly.conversions c where c.experiment = e.experiment) as conversions from picly.ab_experiments e`;

/** What is known of experiments from exposures and conversions alone. */
export class ExperimentsQueries {
  constructor(private readonly sql: Sql) {}

  /** By name; one more than `limit`, to tell whether there are more. */
  async list(limit: number, after: string | undefined): Promise<ExperimentRow[]> {
    return this.sql.query<ExperimentRow>(
      `${EXPERIMENT} where $2::text is null or e.experiment > $2 order by e.experiment limit $1`,
      [limit + 1, after ?? null],
      'experiments list',
    );
  }

  async detail(experiment: string): Promise<ExperimentDetail | undefined> {
    const [row] = await this.sql.query<ExperimentRow>(`${EXPERIMENT} where e.experiment = $1`, [experiment], 'experiments one');
    if (!row) return undefined;
    const [arms, metrics] = await Promise.all([this.arms(experiment), this.metrics(experiment)]);
    return {
      ...row,
      by_arm: arms.map(({ arm, units, exposures }) => ({ arm, units, exposures, metrics: metricsOf(metrics, arm, units) })),
      units_in_several_arms: arms.reduce((sum, arm) => sum + arm.mixed, 0),
    };
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

function metricsOf(metrics: readonly StoredMetric[], arm: string, units: number): ArmMetric[] {
  return metrics
    .filter((each) => each.arm === arm)
    .map(({ arm: _, ...metric }) => ({ ...metric, conversion_rate: metric.converted_units / units }));
}
