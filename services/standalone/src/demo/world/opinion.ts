import type { Person } from './person';
import type { Picture } from './picture';
import type { Random } from './random';
import { RATING_HABITS, SPREAD, STAR_THRESHOLDS } from './truth';

const PRAISE = ['Amazing quality!', 'exactly what I had in mind', 'love the colors', 'beautiful, keeping this one', 'great details'];
const SHRUGS = ['ok I guess', 'not bad, not great', 'close to what I asked for'];
const COMPLAINTS = [
  'hands are wrong again',
  'does not follow the prompt',
  'blurry and dull',
  'terrible, wasted credits',
  'the text is unreadable',
];
const TAGS = ['composition', 'colors', 'details', 'lighting', 'accuracy', 'style', 'realism', 'creative'];

/** What a rater sees: the picture, through their leniency and the mood of the moment. */
export const perceived = (picture: Picture, person: Person, random: Random): number =>
  picture.quality + person.leniency + random.normal(0, SPREAD.mood);

/** Ordinal model: the stars say between which thresholds the perceived quality lies. */
export const starsFor = (seen: number): number => 1 + STAR_THRESHOLDS.filter((threshold) => seen > threshold).length;

/** Selection: what is very good or very bad is rated more often than what is neither. */
export const willRate = (seen: number, person: Person, random: Random): boolean =>
  random.chance(Math.min(0.95, person.ratingPropensity * Math.exp(0.45 * Math.abs(seen - 0.2))));

function commentOn(stars: number, random: Random): string {
  if (stars >= 4) return random.pick(PRAISE);
  return random.pick(stars === 3 ? SHRUGS : COMPLAINTS);
}

function someTags(random: Random): string[] {
  const first = random.below(TAGS.length);
  const count = 1 + random.below(3);
  return Array.from({ length: count }, (_, n) => TAGS[(first + n * 3) % TAGS.length] ?? 'style');
}

/** The body of POST /api/analytics/rate. */
export function ratingFields(picture: Picture, person: Person, seen: number, random: Random): Record<string, unknown> {
  const stars = starsFor(seen);
  const score = Math.min(100, Math.max(0, Math.round(55 + 18 * seen + random.normal(0, 5))));
  return {
    generation_id: picture.generationId,
    rating: stars,
    ...(random.chance(RATING_HABITS.quality) && { quality_score: score }),
    ...(random.chance(RATING_HABITS.tags) && { tags: someTags(random) }),
    ...(random.chance(RATING_HABITS.feedback) && { feedback: commentOn(stars, random) }),
    time_to_rate: Math.round(random.logNormal(12, 0.6) * 10) / 10,
    user_id: person.id,
  };
}

/** Chances of each action for a picture of this quality. */
export function actionsFor(quality: number, random: Random): readonly string[] {
  const keen = 1 / (1 + Math.exp(-(1.6 * quality - 0.8)));
  const chances = { download: 0.7 * keen, share: 0.22 * keen, edit: 0.12, regenerate: 0.45 * (1 - keen), use: 0.18 * keen };
  return Object.entries(chances).flatMap(([action, chance]) => (random.chance(chance) ? [action] : []));
}
