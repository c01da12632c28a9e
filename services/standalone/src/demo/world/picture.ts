import type { Person } from './person';
import type { Prompt } from './prompt';
import type { Random } from './random';
import { ENGINES, SPREAD, type Engine } from './truth';

/** One call of an engine for a prompt, and how good what came out really is. */
export interface Picture {
  readonly generationId: string;
  readonly engine: Engine;
  readonly prompt: Prompt;
  readonly success: boolean;
  readonly error: string | undefined;
  readonly responseSeconds: number;
  readonly quality: number;
}

export function chooseEngine(person: Person, random: Random): Engine {
  return random.weighted(ENGINES, (engine) => person.plan.engines[engine.name] ?? 0);
}

export function makePicture(
  wanted: { readonly generationId: string; readonly engine: Engine; readonly prompt: Prompt },
  random: Random,
): Picture {
  const { engine, prompt } = wanted;
  const failed = random.chance(engine.failure);
  return {
    ...wanted,
    success: !failed,
    error: failed ? random.pick(engine.errors) : undefined,
    responseSeconds: Math.round(random.logNormal(engine.medianSeconds, engine.spread) * 1000) / 1000,
    quality: engine.quality + prompt.effect + random.normal(0, SPREAD.picture),
  };
}

/** The body of POST /api/analytics/generation. A failed call costs, and earns nothing. */
export function generationFields(picture: Picture, person: Person, sessionId: string): Record<string, unknown> {
  const { engine, prompt, success, error, generationId, responseSeconds } = picture;
  return {
    generation_id: generationId,
    prompt: prompt.text,
    engine: engine.name,
    model_version: engine.version,
    success,
    response_time: responseSeconds,
    cost: engine.cost,
    revenue: success ? engine.revenue : 0,
    user_id: person.id,
    session_id: sessionId,
    ...(error !== undefined ? { error } : { image_url: `https://images.picly.example/${generationId}.webp` }),
  };
}
