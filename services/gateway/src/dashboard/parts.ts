import { PROBLEMS, type ProblemCode } from '@picly/contracts';
import { ProblemError } from '@picly/platform';
import type { Row } from './figures';
import type { Period, Stretch } from './period';

const TOP_PROMPTS = 10;

/** What is looked at beside the period. */
export interface Subject {
  readonly zone: string;
  /** Absent = all engines. */
  readonly engine?: string;
}

/** What the dashboard is made of: paths below `/api/analytics`; what a period without comparison does not need is left out. */
export function partPaths(period: Period, { zone, engine }: Subject): Readonly<Partial<Record<PartName, string>>> {
  const query = (stretch: Stretch, more: Readonly<Record<string, string>> = {}): string =>
    new URLSearchParams({
      from: new Date(stretch.fromMs).toISOString(),
      to: new Date(stretch.toMs).toISOString(),
      tz: zone,
      ...(engine !== undefined && { engine }),
      ...more,
    }).toString();
  const { current, previous } = period;
  const top = new URLSearchParams({ limit: String(TOP_PROMPTS), ...(engine !== undefined && { engine }) }).toString();
  // Visits are of people, not of engines.
  const visits = new URLSearchParams(query(current));
  visits.delete('engine');
  return {
    ratings: `ratings/summary?${query(current)}`,
    ratings_by_day: `ratings/summary?${query(current, { group_by: 'day' })}`,
    actions: `actions/summary?${query(current)}`,
    actions_by_day: `actions/summary?${query(current, { group_by: 'day' })}`,
    models: `models?${query(current, { group_by: 'total' })}`,
    engines: `models?${query(current, { group_by: 'engine' })}`,
    models_by_day: `models/daily?${query(current, { group_by: 'total' })}`,
    top_prompts: `top-prompts?${top}`,
    engagement: `engagement/daily?${visits.toString()}`,
    ...(previous && {
      ratings_before: `ratings/summary?${query(previous)}`,
      actions_before: `actions/summary?${query(previous)}`,
      models_before: `models?${query(previous, { group_by: 'total' })}`,
      engines_before: `models?${query(previous, { group_by: 'engine' })}`,
    }),
  };
}

export const PART_NAMES = [
  'ratings',
  'ratings_before',
  'ratings_by_day',
  'actions',
  'actions_before',
  'actions_by_day',
  'models',
  'models_before',
  'engines',
  'engines_before',
  'models_by_day',
  'top_prompts',
  'engagement',
] as const;
export type PartName = (typeof PART_NAMES)[number];

export interface Part {
  readonly rows: readonly Row[];
  readonly asOf: Row;
}

export interface PartsRequest {
  /** Base URL of the public door, where every part is answered. */
  readonly base: string;
  readonly paths: Readonly<Partial<Record<PartName, string>>>;
  /** The authority and the wishes of the caller. */
  readonly headers: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
}

/** What could be had, and the code of the problem of what could not. */
export interface Parts {
  readonly found: ReadonlyMap<PartName, Part>;
  readonly missing: ReadonlyMap<PartName, ProblemCode>;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isProblemCode = (code: unknown): code is ProblemCode => typeof code === 'string' && Object.hasOwn(PROBLEMS, code);

async function partOf(url: string, request: PartsRequest, signal: AbortSignal): Promise<Part | ProblemCode> {
  try {
    const response = await fetch(url, { headers: request.headers, signal });
    const answer: unknown = await response.json();
    if (!isRow(answer)) return 'service_unavailable';
    if (!response.ok) return isProblemCode(answer['code']) ? answer['code'] : 'service_unavailable';
    const { data, as_of: asOf } = answer;
    return { rows: Array.isArray(data) ? data.filter(isRow) : [], asOf: isRow(asOf) ? asOf : {} };
  } catch {
    return 'service_unavailable';
  }
}

/** Problems of the caller's request, which are the answer to it, rather than troubles of a part. */
const CALLERS: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['unauthenticated', 'forbidden', 'invalid_position', 'not_caught_up']);
const RETRY_AFTER_SECONDS = 2;

/** Asks for all parts at once. Throws what is wrong with the caller's request, and `service_unavailable` when nothing could be had. */
export async function fetchParts(request: PartsRequest): Promise<Parts> {
  const signal = AbortSignal.timeout(request.deadlineMs);
  const askFor = async (name: PartName, url: string) => [name, await partOf(url, request, signal)] as const;
  const answers = await Promise.all(
    PART_NAMES.flatMap((name) => {
      const path = request.paths[name];
      return path === undefined ? [] : [askFor(name, `${request.base}/api/analytics/${path}`)];
    }),
  );
  const found = new Map<PartName, Part>();
  const missing = new Map<PartName, ProblemCode>();
  for (const [name, answer] of answers) {
    if (typeof answer !== 'string') found.set(name, answer);
    else if (CALLERS.has(answer)) throw new ProblemError(answer, answer === 'not_caught_up' ? { retryAfterSeconds: 1 } : {});
    else missing.set(name, answer);
  }
  if (found.size === 0)
    throw new ProblemError('service_unavailable', {
      detail: 'no part of the dashboard answers now',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  return { found, missing };
}
