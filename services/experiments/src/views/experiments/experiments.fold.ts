import { raterOf, type DecodedEvent } from '@picly/contracts';
import type { FoldSql } from '@picly/projections';

type Exposure = DecodedEvent<'experiment-exposed'>;
type Conversion = DecodedEvent<'conversion-tracked'>;

interface Unit {
  readonly experiment: string;
  readonly unit: string;
  first: Exposure;
  exposures: number;
  readonly arms: Set<string>;
}

interface Experiment {
  firstAt: number;
  lastAt: number;
  exposures: number;
  readonly arms: Set<string>;
}

const armOf = (event: Exposure): string => event.data.variant ?? '';
const isEarlier = (a: Exposure, b: Exposure): boolean =>
  a.occurredAt < b.occurredAt || (a.occurredAt === b.occurredAt && a.position.offset < b.position.offset);

/** Exposures of a batch, summed by experiment and unit. */
export interface ExposureNews {
  readonly units: readonly Unit[];
  readonly experiments: ReadonlyMap<string, Experiment>;
}

function addTo(experiments: Map<string, Experiment>, event: Exposure): void {
  const at = event.occurredAt;
  let known = experiments.get(event.data.experiment);
  if (!known) experiments.set(event.data.experiment, (known = { firstAt: at, lastAt: at, exposures: 0, arms: new Set() }));
  known.firstAt = Math.min(known.firstAt, at);
  known.lastAt = Math.max(known.lastAt, at);
  known.exposures += 1;
  known.arms.add(armOf(event));
}

export function exposuresOf(events: readonly Exposure[]): ExposureNews {
  const units = new Map<string, Unit>();
  const experiments = new Map<string, Experiment>();
  for (const event of events) {
    addTo(experiments, event);
    const key = { experiment: event.data.experiment, unit: raterOf(event) };
    const name = JSON.stringify(key);
    let unit = units.get(name);
    if (!unit) units.set(name, (unit = { ...key, first: event, exposures: 0, arms: new Set() }));
    if (isEarlier(event, unit.first)) unit.first = event;
    unit.exposures += 1;
    unit.arms.add(armOf(event));
  }
  return { units: [...units.values()], experiments };
}

/** Union of two arrays of arms, sorted by code point so that every order of arrival gives the same. */
const ARMS_UNION = `array(select distinct arm collate "C" from unnest(t.arms || excluded.arms) as arm order by 1)`;
const sorted = (arms: ReadonlySet<string>): string[] => [...arms].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** Keeps the arm each unit saw first, and answers how many units are new to each experiment. */
async function saveUnits(sql: FoldSql, units: readonly Unit[]): Promise<ReadonlyMap<string, number>> {
  const rows = units.map((each) => ({
    experiment: each.experiment,
    unit: each.unit,
    arm: armOf(each.first),
    first_exposure_at: new Date(each.first.occurredAt),
    log_offset: each.first.position.offset,
    exposures: each.exposures,
    arms: sorted(each.arms),
  }));
  const isFirst = '(excluded.first_exposure_at, excluded.log_offset) < (t.first_exposure_at, t.log_offset)';
  const fresh = await sql.query<{ experiment: string; n: number }>(
    `with saved as (
       insert into experiment_units as t (experiment, unit, arm, first_exposure_at, log_offset, exposures, arms)
       select x.* from json_to_recordset($1::json) as x(experiment text, unit text, arm text, first_exposure_at timestamptz,
         log_offset bigint, exposures bigint, arms text[])
       order by experiment, unit
       on conflict (experiment, unit) do update set
         arm = case when ${isFirst} then excluded.arm else t.arm end,
         first_exposure_at = least(t.first_exposure_at, excluded.first_exposure_at),
         log_offset = case when ${isFirst} then excluded.log_offset else t.log_offset end,
         exposures = t.exposures + excluded.exposures, arms = ${ARMS_UNION}
       returning experiment, xmax = 0 as is_new
     )
     select experiment, count(*) as n from saved where is_new group by experiment`,
    [JSON.stringify(rows)],
    'experiments save units',
  );
  return new Map(fresh.map((row) => [row.experiment, row.n]));
}

export async function saveExposures(sql: FoldSql, { units, experiments }: ExposureNews): Promise<void> {
  if (units.length === 0) return;
  const newUnits = await saveUnits(sql, units);
  const rows = [...experiments].map(([experiment, known]) => ({
    experiment,
    first_exposure_at: new Date(known.firstAt),
    last_exposure_at: new Date(known.lastAt),
    exposures: known.exposures,
    units: newUnits.get(experiment) ?? 0,
    arms: sorted(known.arms),
  }));
  await sql.query(
    `insert into ab_experiments as t (experiment, first_exposure_at, last_exposure_at, exposures, units, arms)
     select x.* from json_to_recordset($1::json) as x(experiment text, first_exposure_at timestamptz, last_exposure_at timestamptz,
       exposures bigint, units bigint, arms text[])
     order by experiment
     on conflict (experiment) do update set first_exposure_at = least(t.first_exposure_at, excluded.first_exposure_at),
       last_exposure_at = greatest(t.last_exposure_at, excluded.last_exposure_at), exposures = t.exposures + excluded.exposures,
       units = t.units + excluded.units, arms = ${ARMS_UNION}`,
    [JSON.stringify(rows)],
    'experiments save experiments',
  );
}

export async function saveConversions(sql: FoldSql, events: readonly Conversion[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({
    event_id: event.id,
    experiment: event.data.experiment,
    metric: event.data.metric,
    unit: raterOf(event),
    value: String(event.data.value ?? 1),
    occurred_at: new Date(event.occurredAt),
  }));
  await sql.query(
    `insert into conversions (event_id, experiment, metric, unit, value, occurred_at)
     select x.* from json_to_recordset($1::json)
       as x(event_id uuid, experiment text, metric text, unit text, value numeric, occurred_at timestamptz)
     on conflict (event_id) do nothing`,
    [JSON.stringify(rows)],
    'experiments save conversions',
  );
}
