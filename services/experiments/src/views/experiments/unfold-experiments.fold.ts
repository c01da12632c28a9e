import type { ErasedEvent, FoldSql } from '@picly/projections';

type Erased = ErasedEvent<'experiment-exposed' | 'conversion-tracked'>;

/** Takes these people out of the experiments as units, and their conversions. When arms were seen first and last does not change. */
export async function unfoldExperiments(erased: readonly Erased[], sql: FoldSql): Promise<void> {
  const exposed = erased.filter(({ event }) => event.type === 'experiment-exposed');
  await sql.query(
    `with gone as (
       delete from experiment_units u using (select distinct * from unnest($1::text[], $2::text[]) as k(experiment, unit)) k
        where u.experiment = k.experiment and u.unit = k.unit returning u.experiment, u.exposures
     )
     update ab_experiments e set units = e.units - g.units, exposures = e.exposures - g.exposures
       from (select experiment, count(*) as units, sum(exposures)::bigint as exposures from gone group by experiment) g
      where e.experiment = g.experiment`,
    [exposed.map(({ event }) => event.data.experiment), exposed.map(({ rater }) => rater)],
  );
  await sql.query('delete from conversions where event_id = any($1::uuid[])', [
    erased.filter(({ event }) => event.type === 'conversion-tracked').map(({ event }) => event.id),
  ]);
}
