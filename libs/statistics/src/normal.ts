const SQRT_2PI = Math.sqrt(2 * Math.PI);

export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / SQRT_2PI;

/** From here on the continued fraction is exact, below it the series is. */
const TAIL_FROM = 3;

/** P(0 < Z < z) / density: z + z^3/3 + z^5/(3 5) + ..., all terms positive (G. Marsaglia, Journal of Statistical Software 11, 2004). */
function centreSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; term > sum * 1e-17; k += 2) sum += term *= (z * z) / k;
  return sum;
}

/** Density / P(Z > z): z + 1/(z + 2/(z + 3/(z + ...))), Laplace's continued fraction (A & S 26.2.14). */
function tailFraction(z: number): number {
  let value = z;
  for (let k = z < 5 ? 150 : 50; k >= 1; k--) value = z + k / value;
  return value;
}

/** P(Z > z), exact also far out. */
export function normalSurvival(z: number): number {
  if (Number.isNaN(z)) return 0.5;
  if (z < 0) return 1 - normalSurvival(-z);
  return z < TAIL_FROM ? 0.5 - normalDensity(z) * centreSeries(z) : normalDensity(z) / tailFraction(z);
}

/** P(Z <= z). */
export const normalCdf = (z: number): number => normalSurvival(-z);

const polynomial = (coefficients: readonly number[], x: number): number => coefficients.reduceRight((sum, each) => sum * x + each, 0);

const CENTRE = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813,
    2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
    5226.495278852546,
  ],
] as const;
const SHOULDER = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
    0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457, 0.0005475938084995345,
    1.0507500716444169e-9,
  ],
] as const;
const TAIL = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124, 0.0012426609473880784,
    2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7,
    2.0442631033899397e-15,
  ],
] as const;

const ratio = ([top, bottom]: readonly [readonly number[], readonly number[]], x: number): number =>
  polynomial(top, x) / polynomial(bottom, x);

/**
 * The z with P(Z <= z) = p, 0 < p < 1 (M. J. Wichura, algorithm AS 241 PPND16, Applied Statistics 37, 1988; relative error 1e-16).
 * p outside is clamped to the smallest and largest p that has one.
 */
export function normalQuantile(p: number): number {
  if (Number.isNaN(p)) return 0;
  const inside = Math.min(Math.max(p, Number.MIN_VALUE), 1 - Number.EPSILON / 2);
  const q = inside - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? inside : 1 - inside));
  const z = r <= 5 ? ratio(SHOULDER, r - 1.6) : ratio(TAIL, r - 5);
  return q < 0 ? -z : z;
}
