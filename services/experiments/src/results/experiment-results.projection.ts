import type { DecodedEvent } from '@picly/contracts';
import type { Timeline } from '@picly/experiments';
import { defineProjection, type FoldSql } from '@picly/projections';
import { ExperimentResults1796000000001 } from '../../migrations/1796000000001-experiment-results';
import { ValueBins1796083200002 } from '../../migrations/1796083200002-value-bins';
import { AUDITS } from './audits.queries';
import { addFacts, removeFacts } from './fold/count-facts.fold';
import { loadTimelines, lockDefinitions, saveDefinitions, saveVerdicts } from './fold/definitions.fold';
import { factsOfEvents } from './fold/facts.fold';
import { FACT_EVENTS, factsOf, type FactEvent } from './fold/fact';
import { recount } from './fold/recount.fold';
import { storeSums } from './fold/store-sums.fold';

const EVENTS = [...FACT_EVENTS, 'experiment-changed', 'experiment-decided'] as const;
type Folded = DecodedEvent<(typeof EVENTS)[number]>;

const isChange = (event: Folded): event is DecodedEvent<'experiment-changed'> => event.type === 'experiment-changed';
const isVerdict = (event: Folded): event is DecodedEvent<'experiment-decided'> => event.type === 'experiment-decided';
const isFact = (event: Folded): event is FactEvent => !isChange(event) && !isVerdict(event);

/** The first moment that a new revision can change something about: its own, or any when it is not the last. */
function changesFrom(changes: readonly DecodedEvent<'experiment-changed'>[], before: Timeline | undefined): number {
  const isLater = changes.every(({ data }) => before !== undefined && data.revision > before.revision);
  const began = before !== undefined && before.phases.length > 0;
  return isLater && began ? Math.min(...changes.map(({ occurredAt }) => occurredAt)) : Number.NEGATIVE_INFINITY;
}

async function redefine(
  sql: FoldSql,
  changes: readonly DecodedEvent<'experiment-changed'>[],
  before: ReadonlyMap<string, Timeline>,
): Promise<void> {
  await saveDefinitions(sql, changes);
  for (const [key, after] of await loadTimelines(sql)) {
    const own = changes.filter(({ data }) => data.experiment === key);
    if (own.length === 0) continue;
    const old = before.get(key);
    await recount(sql, { before: old, after, from: changesFrom(own, old) });
  }
}

async function fold(events: readonly Folded[], sql: FoldSql): Promise<void> {
  const changes = events.filter(isChange);
  await lockDefinitions(sql, changes.length > 0 ? 'alone' : 'shared');
  const timelines = await loadTimelines(sql);
  await storeSums(sql, await addFacts(sql, events.filter(isFact).flatMap(factsOf), timelines));
  await saveVerdicts(sql, events.filter(isVerdict));
  if (changes.length > 0) await redefine(sql, changes, timelines);
}

/**
 * What the results of experiments are read from: what every unit saw and did, and per arm, metric, segment and stretch of time the sums
 * that comparisons need. The sums are a function of the facts and the definitions, kept up by differences.
 */
export const experimentResults = defineProjection({
  name: 'experiment-results',
  version: 1,
  events: EVENTS,
  tables: [
    { name: 'experiment_definitions', key: ['experiment', 'revision'] },
    { name: 'experiment_subjects', key: ['subject'] },
    { name: 'experiment_facts', key: ['event_id', 'subject'], except: ['log_offset'] },
    { name: 'experiment_stats', key: ['experiment', 'dimension', 'metric', 'arm', 'segment', 'phase', 'bucket'] },
    { name: 'experiment_verdicts', key: ['event_id'] },
    { name: 'experiment_bins', key: ['experiment', 'metric', 'arm', 'bucket', 'bin'] },
    { name: 'experiment_value_bins', key: ['experiment', 'metric', 'arm', 'phase', 'bucket', 'bin'] },
  ],
  migrations: [ExperimentResults1796000000001, ValueBins1796083200002],
  audits: AUDITS,
  fold,
  async unfold(erased, sql) {
    await lockDefinitions(sql, 'shared');
    const timelines = await loadTimelines(sql);
    // Who the facts are kept under is what they said before, which is not in the erased event: they are found by the id.
    const ids = erased.map(({ event }) => event.id);
    await storeSums(sql, await removeFacts(sql, await factsOfEvents(sql, ids), timelines));
  },
});
