import { randomBytes } from 'node:crypto';

/** Of three people at most, each with two generations of their own. */
const GENERATION = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c0';
export const generationOf = (n: number | string): string => `${GENERATION}${n}`;

/** Somebody whose events all carry a mark that stands nowhere else. */
export interface MarkedPerson {
  readonly userId: string;
  readonly mark: string;
}

/** Every kind of event of a person, each free field with their mark; of generations `n` and `n + 1`. */
export function eventsOf({ userId, mark }: MarkedPerson, n: number): Record<string, unknown>[] {
  const who = { user_id: userId, session_id: `visit-${mark}`, context: { told: `context ${mark}` } };
  const call = { engine: 'flux-pro', response_time: 1, cost: 0.1, revenue: 0.2 };
  const generation_id = generationOf(n);
  // Too long for a page of a table, and too random to be packed.
  const long = `parameters ${mark} ${randomBytes(2_500).toString('hex')} ${mark}`;
  const made = { ...who, ...call, generation_id, prompt: `a castle of prompt ${mark}`, success: true };
  return [
    { type: 'generation', ...made, image_url: `https://x/${mark}.png`, parameters: { negative: long } },
    { type: 'generation', ...made, generation_id: generationOf(n + 1), prompt: 'a red fox', success: false, error: `error ${mark}` },
    { type: 'rate', ...who, generation_id, rating: 4, feedback: `first ${mark}` },
    { type: 'rate', ...who, generation_id, rating: 5, feedback: `feedback ${mark}`, tags: ['colors'] },
    { type: 'rate', generation_id, rating: 4, feedback: `nobody's feedback ${mark}` },
    { type: 'action', ...who, generation_id, action: 'download', details: { by: mark } },
    { type: 'behavior', ...who, action: 'click', page: `/${mark}`, details: { by: mark }, device: { model: mark } },
    { type: 'behavior', session_id: who.session_id, action: 'help', page: `/before/${mark}` },
    { type: 'engine-metric', ...who, ...call, success: false, error: `call ${mark}` },
    { type: 'user', ...who, plan: 'pro', traits: { nick: mark } },
    { type: 'exposure', ...who, experiment: 'button', variant: 'a' },
    { type: 'conversion', ...who, metric: 'purchase' },
  ];
}
