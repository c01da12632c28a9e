import { GENERATION_ACTIONS } from '@picly/contracts';
import { promptHash } from '@picly/prompt-text';
import { bump } from './measures';
import type { ActionCounts, ActionEvent, FoldedEvent, GenerationChange, GenerationReport, GenerationState, RatingEvent } from './state';

/** The events of a batch about one generation, in any order. */
export interface EventsOfGeneration {
  readonly reports: GenerationReport[];
  readonly ratings: RatingEvent[];
  readonly actions: ActionEvent[];
  recordedAt: number;
}

export function groupByGeneration(events: readonly FoldedEvent[]): Map<string, EventsOfGeneration> {
  const groups = new Map<string, EventsOfGeneration>();
  for (const event of events) {
    const id = event.data.generation_id.toLowerCase();
    let group = groups.get(id);
    if (!group) groups.set(id, (group = { reports: [], ratings: [], actions: [], recordedAt: event.receivedAt }));
    group.recordedAt = Math.min(group.recordedAt, event.receivedAt);
    switch (event.type) {
      case 'generation-completed':
        group.reports.push({ event, promptHash: event.data.prompt === undefined ? null : promptHash(event.data.prompt) });
        break;
      case 'rating-submitted':
        group.ratings.push(event);
        break;
      case 'action-tracked':
        group.actions.push(event);
        break;
    }
  }
  return groups;
}

const NO_ACTIONS: ActionCounts = [0, 0, 0, 0, 0];

/** The place of an action in `ActionCounts`. */
export function actionIndex(action: (typeof GENERATION_ACTIONS)[number]): number {
  return GENERATION_ACTIONS.indexOf(action);
}

function countActions(before: ActionCounts, events: readonly ActionEvent[]): ActionCounts {
  if (events.length === 0) return before;
  const counts: [number, number, number, number, number] = [...before];
  for (const { data } of events) bump(counts, actionIndex(data.action), 1);
  return counts;
}

/** Of two events about the same thing the later one wins; at the same instant the one that stands later in the log. */
export function isLater(
  a: { readonly occurredAt: number; readonly logOffset: number },
  b: { readonly occurredAt: number; readonly logOffset: number },
): boolean {
  return a.occurredAt === b.occurredAt ? a.logOffset > b.logOffset : a.occurredAt > b.occurredAt;
}

function winnerOf(before: GenerationState | undefined, reports: readonly GenerationReport[]): GenerationReport | undefined {
  let winner: GenerationReport | undefined;
  let best = before?.occurredAt == null ? undefined : { occurredAt: before.occurredAt, logOffset: before.logOffset ?? -1 };
  for (const report of reports) {
    const candidate = { occurredAt: report.event.occurredAt, logOffset: report.event.position.offset };
    if (best !== undefined && !isLater(candidate, best)) continue;
    best = candidate;
    winner = report;
  }
  return winner;
}

/** What a report says. */
function describedBy({ event, promptHash }: GenerationReport, generationId: string, actions: ActionCounts): GenerationState {
  const { engine, model_version } = event.data;
  return {
    known: true,
    occurredAt: event.occurredAt,
    logOffset: event.position.offset,
    recordedAt: event.receivedAt,
    engine,
    modelVersion: model_version ?? '',
    promptHash,
    generationId,
    actions,
  };
}

/** What is known of a generation that nobody has reported. */
export const PLACEHOLDER = { known: false, occurredAt: null, logOffset: null, engine: '', modelVersion: '', promptHash: null } as const;

/** What was known of a generation, or a placeholder recorded with the first event about it. */
function placeholderOr(before: GenerationState | undefined, recordedAt: number): Omit<GenerationState, 'generationId' | 'actions'> {
  if (before?.known) return before;
  return { ...PLACEHOLDER, recordedAt: Math.min(before?.recordedAt ?? recordedAt, recordedAt) };
}

/** What the events make of a generation, given what is stored of it. A function of the set of events. */
export function mergeGeneration(generationId: string, before: GenerationState | undefined, events: EventsOfGeneration): GenerationChange {
  const source = winnerOf(before, events.reports);
  const actions = countActions(before?.actions ?? NO_ACTIONS, events.actions);
  const after = source
    ? describedBy(source, generationId, actions)
    : { ...placeholderOr(before, events.recordedAt), generationId, actions };
  return { before, after, source, reports: events.reports, ratingEvents: events.ratings, actionEvents: events.actions };
}
