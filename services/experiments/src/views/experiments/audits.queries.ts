import type { Audit } from '@picly/projections';

/** What must hold between the units of experiments and what is counted of them. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'experiments-count-every-unit-and-exposure',
    sql: `select experiment, e.units, u.units as facts, e.exposures, u.exposures as exposures_of_units
            from (select experiment, units, exposures from ab_experiments where units <> 0 or exposures <> 0) e
            full join (select experiment, count(*) as units, sum(exposures) as exposures from experiment_units group by 1) u using (experiment)
           where (e.units, e.exposures) is distinct from (u.units, u.exposures)`,
  },
  {
    name: 'units-are-counted-in-an-arm-they-saw',
    sql: `select experiment, encode(runtime.person_hash(unit), 'hex') as unit_hash, u.arm, u.arms, u.exposures, u.first_exposure_at
            from experiment_units u join ab_experiments e using (experiment)
           where u.arm <> all (u.arms) or not u.arms <@ e.arms or u.exposures < cardinality(u.arms)
              or u.first_exposure_at not between e.first_exposure_at and e.last_exposure_at`,
  },
];
