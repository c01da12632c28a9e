import type { Effects, History, LogEntry, ViewContents } from './history';

/** A promise that was broken, and the first places where. */
export interface Violation {
  /** `stuck`: the round did not come to its end, so that nothing else can be said of it. */
  readonly oracle: keyof typeof ORACLES | 'stuck';
  readonly count: number;
  readonly examples: readonly string[];
}

const placeOf = ({ topic, partition, offset }: Omit<LogEntry, 'eventId'>): string => `${topic}/${partition}@${offset}`;

/** A 202 is never lost: the log has the event. */
function lost({ acknowledged, log }: History): string[] {
  const ids = new Set(log.map(({ eventId }) => eventId));
  return [...acknowledged.keys()].filter((id) => !ids.has(id));
}

/** The position in a 202 is where the event stands. */
function misplaced({ acknowledged, log }: History): string[] {
  const at = new Map(log.map((entry) => [placeOf(entry), entry.eventId]));
  return [...acknowledged]
    .filter(([id, position]) => at.get(placeOf(position)) !== id)
    .map(([id, position]) => `${id} not at ${placeOf(position)}`);
}

/** Offsets of a partition follow one another, and each holds one event. */
function gaps({ log }: History): string[] {
  const last = new Map<string, number>();
  return log.flatMap((entry) => {
    const partition = `${entry.topic}/${entry.partition}`;
    const before = last.get(partition);
    last.set(partition, entry.offset);
    return before !== undefined && entry.offset !== before + 1 ? [`${placeOf(entry)} after ${before}`] : [];
  });
}

/** What was sent one after the other under one key stands in that order. */
function inversions({ sequences, log }: History): string[] {
  const first = new Map<string, LogEntry>();
  for (const entry of log) if (!first.has(entry.eventId)) first.set(entry.eventId, entry);
  return sequences.flatMap((ids) => {
    const entries = ids.flatMap((id) => first.get(id) ?? []);
    return entries.flatMap((entry, n) => {
      const before = entries[n - 1];
      if (before === undefined || (before.partition === entry.partition && before.offset < entry.offset)) return [];
      return [`${entry.eventId} at ${placeOf(entry)} before ${before.eventId} at ${placeOf(before)}`];
    });
  });
}

function concerning({ topics }: ViewContents, log: readonly LogEntry[]): Set<string> {
  return new Set(log.filter(({ topic }) => topics.includes(topic)).map(({ eventId }) => eventId));
}

/** Whatever is in the log is folded or a dead letter, in every view that it concerns. */
function unaccounted({ views, log, forsaken }: History): string[] {
  return views.flatMap((view) => {
    const known = new Set([...view.folded, ...view.parked, ...forsaken]);
    return [...concerning(view, log)].filter((id) => !known.has(id)).map((id) => `${view.view}: ${id}`);
  });
}

/** No view has folded what is not in the log or behind a hole of it, nor what it also parked, nor anything twice. */
function invented({ views, log, forsaken }: History): string[] {
  return views.flatMap((view) => {
    const inLog = concerning(view, log);
    for (const id of forsaken) inLog.delete(id);
    const parked = new Set(view.parked);
    const seen = new Set<string>();
    return view.folded.flatMap((id) => {
      const wrong = !inLog.has(id) || parked.has(id) || seen.has(id);
      seen.add(id);
      return wrong ? [`${view.view}: ${id}`] : [];
    });
  });
}

const told = ({ actions, ratings, calls }: Effects): string => `${actions} actions, ${ratings} ratings, ${calls} calls`;

/** Every event counts exactly once in the figures. */
function miscounted({ expected, found }: History): string[] {
  const byId = new Map(found.map((one) => [one.generationId, told(one)]));
  return expected
    .filter((one) => byId.get(one.generationId) !== told(one))
    .map((one) => `${one.generationId}: ${byId.get(one.generationId) ?? 'nothing'} instead of ${told(one)}`);
}

/** What the fault itself is about: a rebuild that does not end, an erased person who is still there. */
function unkept({ told: found }: History): readonly string[] {
  return found;
}

const ORACLES = { lost, misplaced, gaps, inversions, unaccounted, invented, miscounted, unkept } as const;
const MOST_EXAMPLES = 5;

/** Asks every oracle; an empty answer means that all promises were kept. */
export function violationsOf(history: History): Violation[] {
  return (Object.keys(ORACLES) as (keyof typeof ORACLES)[]).flatMap((oracle) => {
    const found = ORACLES[oracle](history);
    return found.length === 0 ? [] : [{ oracle, count: found.length, examples: found.slice(0, MOST_EXAMPLES) }];
  });
}
