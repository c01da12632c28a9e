/** Coefficients of Lanczos' approximation with g = 607/128 and 15 terms (P. Godfrey, 2001): relative error below 1e-14. */
const LANCZOS_G = 607 / 128;
const LANCZOS = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202, 3.399464998481189e-5,
  4.652362892704858e-5, -9.837447530487956e-5, 0.0001580887032249125, -0.00021026444172410488, 0.00021743961811521265,
  -0.0001643181065367639, 8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
];
const HALF_LN_2PI = 0.9189385332046728;
const MAX_ITERATIONS = 50_000;
const EPSILON = 1e-16;
const TINY = 1e-300;

/** ln Gamma(x) - ((x - 1/2) ln x - x + 1/2 ln 2 pi) for x >= 10: Stirling's series (Abramowitz & Stegun 6.1.41). */
function stirlingError(x: number): number {
  const s = 1 / (x * x);
  return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - (s * 691) / 360_360))))) / x;
}

/** ln Gamma(x), x > 0. */
export function logGamma(x: number): number {
  if (x >= 10) return (x - 0.5) * Math.log(x) - x + HALF_LN_2PI + stirlingError(x);
  if (x < 0.5) return Math.log(Math.PI) - Math.log(Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  const sum = LANCZOS.reduce((total, term, at) => (at === 0 ? term : total + term / (y + at)), 0);
  const base = y + LANCZOS_G + 0.5;
  return (y + 0.5) * Math.log(base) - base + HALF_LN_2PI + Math.log(sum);
}

/**
 * ln B(a, b), a, b > 0, without the cancellation of ln Gamma differences for large arguments
 * (Didonato & Morris, ACM TOMS 18, 1992, algorithm 708).
 */
export function logBeta(a: number, b: number): number {
  const [small, large] = a <= b ? [a, b] : [b, a];
  const share = small / (small + large);
  if (small >= 10) {
    const correction = stirlingError(small) + stirlingError(large) - stirlingError(small + large);
    return -0.5 * Math.log(large) + HALF_LN_2PI + correction + (small - 0.5) * Math.log(share) + large * Math.log1p(-share);
  }
  if (large >= 10) {
    const correction = stirlingError(large) - stirlingError(small + large);
    return logGamma(small) + correction + small - small * Math.log(small + large) + (large - 0.5) * Math.log1p(-share);
  }
  return logGamma(small) + logGamma(large) - logGamma(small + large);
}

/** x^a e^-x / Gamma(a + 1), kept exact where a and x are large and close: Loader's form with Stirling's error. */
function poissonTerm(a: number, x: number): number {
  if (a < 10) return Math.exp(a * Math.log(x) - x - logGamma(a + 1));
  const d = (x - a) / a;
  const deviance = Math.abs(d) < 0.1 ? Math.log1p(d) - d : Math.log(x / a) - d;
  return Math.exp(a * deviance - stirlingError(a)) / Math.sqrt(2 * Math.PI * a);
}

function lowerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n < MAX_ITERATIONS && Math.abs(term) > Math.abs(sum) * EPSILON; n++) sum += term *= x / (a + n);
  return poissonTerm(a, x) * sum;
}

const awayFromZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/** A continued fraction by the modified Lentz algorithm (Thompson & Barnett 1986); `terms(i)` gives numerator and denominator. */
function lentz(first: number, terms: (i: number) => readonly [numerator: number, denominator: number]): number {
  let value = awayFromZero(first);
  let c = value;
  let d = 0;
  for (let i = 1; i < MAX_ITERATIONS; i++) {
    const [numerator, denominator] = terms(i);
    d = 1 / awayFromZero(denominator + numerator * d);
    c = awayFromZero(denominator + numerator / c);
    const step = c * d;
    value *= step;
    if (Math.abs(step - 1) < EPSILON * 4) return value;
  }
  return value;
}

function upperFraction(a: number, x: number): number {
  const fraction = lentz(x + 1 - a, (i) => [-i * (i - a), x + 2 * i + 1 - a]);
  return (poissonTerm(a, x) * a) / fraction;
}

/** Q(a, x) = Gamma(a, x) / Gamma(a): series below a + 1, continued fraction above (Numerical Recipes 6.2; A & S 6.5.29, 6.5.31). */
export function upperGamma(a: number, x: number): number {
  if (!(x > 0)) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x);
}

/** The numerators of the continued fraction of I_x(a, b) (A & S 26.5.8). */
function betaNumerator(i: number, a: number, b: number, x: number): number {
  const m = Math.floor(i / 2);
  return i % 2 === 0 ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)) : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
}

/** One side of I_x(a, b): x below its mean, y = 1 - x. */
function betaBelow(a: number, b: number, x: number, y: number): number {
  const logX = x < 0.5 ? Math.log(x) : Math.log1p(-y);
  const logY = y < 0.5 ? Math.log(y) : Math.log1p(-x);
  const front = Math.exp(a * logX + b * logY - logBeta(a, b)) / a;
  return front / lentz(1, (i) => [betaNumerator(i, a, b, x), 1]);
}

/** The regularised incomplete beta function I_x(a, b); `complement` is 1 - x, given where x is close to 1. */
export function incompleteBeta(a: number, b: number, x: number, complement = 1 - x): number {
  if (x <= 0) return 0;
  if (complement <= 0) return 1;
  return x < (a + 1) / (a + b + 2) ? betaBelow(a, b, x, complement) : 1 - betaBelow(b, a, complement, x);
}
