/** The laws of the demo world. docs/demo.md is this file in words; the read models should find out what stands here. */

export interface Engine {
  readonly name: string;
  readonly version: string;
  /** Latent quality, in deviations of the common scale: the order people would agree on. */
  readonly quality: number;
  /** Median and deviation of the logarithm of the response time. */
  readonly medianSeconds: number;
  readonly spread: number;
  readonly cost: number;
  readonly revenue: number;
  /** Share of calls that fail, and how. */
  readonly failure: number;
  readonly errors: readonly string[];
}

export const ENGINES: readonly Engine[] = [
  {
    name: 'flux-pro',
    version: '1.1',
    quality: 0.9,
    medianSeconds: 4.2,
    spread: 0.35,
    cost: 0.055,
    revenue: 0.096,
    failure: 0.02,
    errors: ['upstream timeout after 60 s', 'request timed out'],
  },
  {
    name: 'dalle3',
    version: 'hd',
    quality: 0.55,
    medianSeconds: 9.5,
    spread: 0.4,
    cost: 0.08,
    revenue: 0.072,
    failure: 0.05,
    errors: ['content policy violation', 'rejected by the safety system'],
  },
  {
    name: 'flux-schnell',
    version: '1.0',
    quality: 0.1,
    medianSeconds: 1.1,
    spread: 0.3,
    cost: 0.004,
    revenue: 0.02,
    failure: 0.015,
    errors: ['429 too many requests'],
  },
  {
    name: 'sdxl',
    version: '1.0',
    quality: -0.2,
    medianSeconds: 3,
    spread: 0.5,
    cost: 0.012,
    revenue: 0.03,
    failure: 0.03,
    errors: ['connection reset by peer', '503 service unavailable'],
  },
  {
    name: 'sd15',
    version: '1.5',
    quality: -1,
    medianSeconds: 1.8,
    spread: 0.45,
    cost: 0.003,
    revenue: 0.012,
    failure: 0.06,
    errors: ['CUDA out of memory'],
  },
];

interface Effect {
  readonly text: string;
  /** Shift of the latent quality. */
  readonly effect: number;
}

export const STYLES: readonly Effect[] = [
  { text: 'oil on canvas', effect: 0.35 },
  { text: 'watercolor', effect: 0.25 },
  { text: 'pixel art', effect: 0.1 },
  { text: 'photograph, 35 mm', effect: 0 },
  { text: '3d render', effect: -0.1 },
  { text: 'line art', effect: -0.35 },
];

export const SUBJECTS: readonly Effect[] = [
  { text: 'a lighthouse at dawn', effect: 0.4 },
  { text: 'a fox in fresh snow', effect: 0.35 },
  { text: 'a mountain lake under stars', effect: 0.3 },
  { text: 'a cup of tea by the window', effect: 0.25 },
  { text: 'an old harbour in the rain', effect: 0.2 },
  { text: 'a red bicycle against a wall', effect: 0.15 },
  { text: 'a market street in Marrakesh', effect: 0.1 },
  { text: 'a sleeping cat on a bookshelf', effect: 0.1 },
  { text: 'an astronaut in a garden', effect: 0.05 },
  { text: 'a glass house in the forest', effect: 0.05 },
  { text: 'a desert road at noon', effect: 0 },
  { text: 'a steam train on a bridge', effect: 0 },
  { text: 'a city made of paper', effect: -0.05 },
  { text: 'a robot repairing a clock', effect: -0.1 },
  { text: 'a chess game between friends', effect: -0.2 },
  { text: 'two hands playing the piano', effect: -0.35 },
  { text: 'a crowd holding umbrellas', effect: -0.25 },
  { text: 'a shop sign that says OPEN', effect: -0.4 },
];

/** Words people add in hope; they change nothing. */
export const BOILERPLATE: readonly string[] = [
  '',
  ', highly detailed, artstation',
  ', 8k, masterpiece, best quality',
  ', trending on artstation, sharp focus',
];

/** Between these lie one to five stars, for the latent quality of a picture as its rater sees it. */
export const STAR_THRESHOLDS: readonly number[] = [-1.5, -0.7, 0.1, 1.1];

/** How much pictures of one engine and prompt differ, how much raters do, and how steady a rater is. */
export const SPREAD = { picture: 0.6, rater: 0.35, mood: 0.35 } as const;

export interface Source {
  readonly name: string;
  readonly share: number;
  /** Days until the will to come back has fallen by two thirds, and the share that stays. */
  readonly decayDays: number;
  readonly loyal: number;
}

export const SOURCES: readonly Source[] = [
  { name: 'organic', share: 0.4, decayDays: 9, loyal: 0.3 },
  { name: 'referral', share: 0.15, decayDays: 12, loyal: 0.4 },
  { name: 'search', share: 0.2, decayDays: 6, loyal: 0.2 },
  { name: 'ads', share: 0.25, decayDays: 2.5, loyal: 0.08 },
];

export interface Plan {
  readonly name: string;
  readonly share: number;
  /** Mean number of pictures asked for in a visit, beyond the first. */
  readonly pictures: number;
  /** Engines by how often they are chosen. */
  readonly engines: Readonly<Record<string, number>>;
}

export const PLANS: readonly Plan[] = [
  { name: 'free', share: 0.75, pictures: 1.2, engines: { 'flux-schnell': 5, sdxl: 3, sd15: 2 } },
  { name: 'plus', share: 0.18, pictures: 2.2, engines: { 'flux-pro': 4, dalle3: 2, 'flux-schnell': 2, sdxl: 2 } },
  { name: 'pro', share: 0.07, pictures: 4, engines: { 'flux-pro': 6, dalle3: 3, 'flux-schnell': 1 } },
];

export interface Experiment {
  readonly key: string;
  readonly hypothesis: string;
  readonly metric: string;
  /** Chance that a person who saw the arm converts. */
  readonly arms: readonly { readonly variant: string; readonly rate: number }[];
}

export const EXPERIMENTS: readonly Experiment[] = [
  {
    key: 'guided-prompts',
    hypothesis: 'Who is guided to a good prompt upgrades more often.',
    metric: 'upgrade',
    arms: [
      { variant: 'control', rate: 0.08 },
      { variant: 'treatment', rate: 0.14 },
    ],
  },
  {
    key: 'button-color',
    hypothesis: 'A button of another colour makes people invite others.',
    metric: 'invite',
    arms: [
      { variant: 'control', rate: 0.2 },
      { variant: 'treatment', rate: 0.2 },
    ],
  },
];

/** First day of the experiments, counted from the start of the world. */
export const EXPERIMENTS_FROM_DAY = 8;

/** What happens to events on their way: shares of all events. */
export const DELIVERY = { late: 0.03, twice: 0.02, lateGeneration: 0.04 } as const;

/** Share of people whose clock is wrong. */
export const WRONG_CLOCKS = 0.02;

/** Shares among ratings. */
export const RATING_HABITS = { quality: 0.6, tags: 0.5, feedback: 0.15, again: 0.05 } as const;
