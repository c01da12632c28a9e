import { counted, money } from '../../format/numbers';

type Maybe = number | null;

/** GET /api/analytics/prompts/kinds. */
export interface KindRow {
  readonly kind: string;
  readonly engine: string;
  readonly calls: number;
  readonly pictures: number;
  readonly rating_count: number;
  readonly avg_rating: Maybe;
  readonly avg_rating_lower: number;
  readonly avg_rating_upper: number;
  readonly success_rate: Maybe;
  readonly success_lower: number;
  readonly success_upper: number;
  readonly currency: string | null;
  readonly cost_per_picture: Maybe;
  readonly chosen_from: Maybe;
  readonly chosen_from_lower: Maybe;
  readonly chosen_from_upper: Maybe;
  readonly instead_of: string | null;
}

/** A stretch of what a well-rated picture may be worth, and the engine that brings most there. */
export interface Step {
  readonly engine: string;
  readonly from: number;
  /** Ends of the interval of `from`; an upper end of null lies beyond any worth. */
  readonly lower: number;
  readonly upper: Maybe;
}

/** The engines to choose for a kind of prompt, from the cheapest on. */
export interface Ladder {
  readonly kind: string;
  readonly currency: string | null;
  readonly ratings: number;
  readonly steps: readonly Step[];
}

export const kindName = (kind: string): string => (kind === '' ? 'no style named' : kind);

/** Kinds for which an engine can be chosen, in the order of the answer. */
export function laddersOf(rows: readonly KindRow[]): readonly Ladder[] {
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    const steps = own
      .flatMap(({ engine, chosen_from: from, chosen_from_lower: lower, chosen_from_upper: upper }) =>
        from === null ? [] : [{ engine, from, lower: lower ?? 0, upper }],
      )
      .sort((a, b) => a.from - b.from);
    const ratings = own.reduce((sum, row) => sum + row.rating_count, 0);
    return steps.length === 0 ? [] : [{ kind, currency: own[0]?.currency ?? null, ratings, steps }];
  });
}

/** Whether the data tell where the choice changes. */
export const isTold = ({ upper }: Step): boolean => upper !== null;

/** A round number that is at least this: 1, 2, 2.5 or 5 with noughts. */
function roundUp(value: number): number {
  const size = 10 ** Math.floor(Math.log10(value));
  return size * ([1, 2, 2.5, 5, 10].find((one) => one * size >= value * 0.999999) ?? 10);
}

const AXIS_STEPS = 4;
/** Marks of the axis of worth, as shares of its end. */
export const AXIS_MARKS = Array.from({ length: AXIS_STEPS + 1 }, (_, i) => i / AXIS_STEPS);

/** The engines of all ladders, in the order in which they come up. */
export const enginesOf = (ladders: readonly Ladder[]): readonly string[] => [
  ...new Set(ladders.flatMap(({ steps }) => steps.map(({ engine }) => engine))),
];

/** The end of the axis all ladders share: somewhat beyond the last switch point that is told apart; one that is not would press all others flat. */
export function farthest(ladders: readonly Ladder[]): number {
  const all = ladders.flatMap(({ steps }) => steps.slice(1));
  const switches = all.some(isTold) ? all.filter(isTold) : all;
  const most = Math.max(0, ...switches.map(({ from }) => from));
  const ends = switches.map(({ upper }) => Math.min(upper ?? 0, 2 * most));
  return AXIS_STEPS * roundUp((Math.max(most * 1.25, ...ends) || 1) / AXIS_STEPS);
}

/** A ladder in words: the cheapest, and who takes over from which worth on. */
export function ladderWords({ steps, currency }: Ladder): string {
  const format = money(currency);
  const [first, ...rest] = steps;
  const switches = rest.map(({ engine, from, lower, upper }) => {
    const bounds = upper === null ? `${format(lower)} or more` : `${format(lower)}–${format(upper)}`;
    return `${engine} from ${format(from)} (${bounds})`;
  });
  return [first?.engine ?? '', ...switches].join(', ');
}

/** The engine that is dearest and best for most kinds, and from where on it pays. */
function dearestWords(ladders: readonly Ladder[]): string {
  const last = ladders.flatMap(({ steps }) => (steps.length > 1 ? steps.slice(-1) : []));
  const times = (engine: string): number => last.filter((step) => step.engine === engine).length;
  const [best] = [...last].sort((a, b) => times(b.engine) - times(a.engine));
  if (best === undefined) return '';
  const own = last.filter(({ engine }) => engine === best.engine).map(({ from }) => from);
  const format = money(ladders[0]?.currency);
  const [least, most] = [format(Math.min(...own)), format(Math.max(...own))];
  const where = least === most ? least : `${least} to ${most}, depending on the kind,`;
  return `${best.engine} pays where a well-rated picture is worth ${where} or more.`;
}

/** What follows from all of them. */
export function choiceWords(ladders: readonly Ladder[]): string {
  const single = ladders.filter(({ steps }) => steps.length === 1);
  const told = ladders.filter(({ steps }) => steps.length > 1 && steps.slice(1).every(isTold));
  const unsure = ladders.length - single.length - told.length;
  const kinds = (n: number): string => counted(n, 'kind');
  return [
    dearestWords(ladders),
    single.length > 0 ? `For ${kinds(single.length)} of prompt one engine is both cheapest and best rated.` : '',
    told.length > 0 ? `For ${kinds(told.length)} every switch point is told apart.` : '',
    unsure > 0 ? `For ${kinds(unsure)} a dearer engine looks better, but how much a picture must be worth for it is not known yet.` : '',
  ]
    .filter((text) => text !== '')
    .join(' ');
}
