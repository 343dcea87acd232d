/** The logarithm of the gamma function and its derivatives, in float64. */

/** B₂, B₄, … B₂₄ */
const bernoulli: readonly number[] = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
  854513 / 138,
  -236364091 / 2730,
];

/** From here on the asymptotic series with the numbers above reach the last bit. */
const asymptotic = 10;

const eulerGamma = 0.5772156649015329;

/** Hurwitz's zeta function Σ (q + k)^−s for integer s >= 2 and q > 0, by the Euler–Maclaurin formula. */
function zetaOfPositive(s: number, q: number): number {
  let sum = 0;
  let x = q;
  const start = asymptotic + s / 2;
  while (x < start) {
    const term = x ** -s;
    sum += term;
    // For large s the first terms are all there is.
    if (term <= sum * 1e-17) return sum;
    x += 1;
  }
  const power = x ** -s;
  sum += (x * power) / (s - 1) + power / 2;
  // Terms B₂ₖ/(2k)! · s (s+1) … (s+2k−2) · x^(−s−2k+1)
  let factor = (power * s) / x / 2;
  for (let k = 1; k <= bernoulli.length; k++) {
    sum += bernoulli[k - 1] * factor;
    factor *= ((s + 2 * k - 1) * (s + 2 * k)) / ((2 * k + 1) * (2 * k + 2) * x * x);
  }
  return sum;
}

/** Σ_{k>=0} (q + k)^−s for integer s >= 2 and any q. */
function zeta(s: number, q: number): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q === Number.POSITIVE_INFINITY) return 0;
  if (q > 0) return zetaOfPositive(s, q);
  const fraction = q - Math.floor(q);
  // A pole, or so large that q is an integer.
  if (!(fraction > 0)) return Number.POSITIVE_INFINITY;
  // The sum over all integers has period 1 in q: what lies below q is the sum for 1 − q, up to the sign.
  const sign = s % 2 === 0 ? 1 : -1;
  return zetaOfPositive(s, fraction) + sign * (zetaOfPositive(s, 1 - fraction) - zetaOfPositive(s, 1 - q));
}

/** (ζ(k) − 1) / k · (−1)ᵏ for k = 2 …: lgamma(2 + z) = (1 − γ) z + Σ of these · zᵏ. */
let lgammaSeries: Float64Array | undefined;

function lgammaNearTwo(z: number): number {
  lgammaSeries ??= Float64Array.from({ length: 30 }, (_, i) => ((i % 2 === 0 ? 1 : -1) * zeta(i + 2, 2)) / (i + 2));
  let sum = 0;
  for (let i = lgammaSeries.length - 1; i >= 0; i--) sum = sum * z + lgammaSeries[i];
  return z * (1 - eulerGamma + z * sum);
}

/** log Γ(1 + z) for |z| <= 1/2 and z up to 3/2, right to the last digits also where it is small. */
export function lgammaBeyondOne(z: number): number {
  return z < 0.5 ? lgammaNearTwo(z) - Math.log1p(z) : lgammaNearTwo(z - 1);
}

/** Stirling's series, for x >= asymptotic. */
function stirling(x: number): number {
  if (x > 1e17) return x * (Math.log(x) - 1);
  let sum = 0;
  const inverseSquare = 1 / (x * x);
  for (let k = bernoulli.length; k >= 1; k--) sum = sum * inverseSquare + bernoulli[k - 1] / (2 * k * (2 * k - 1));
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + sum / x;
}

/** log |Γ(x)|: Infinity at 0, −1, −2, … and ±Infinity. */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x === Number.POSITIVE_INFINITY || (x <= 0 && x === Math.floor(x))) return Number.POSITIVE_INFINITY;
  // Γ(x) is 1 / x near 0, where the product below would underflow.
  if (Math.abs(x) < 2 ** -60) return -Math.log(Math.abs(x));
  // Reflection: Γ(x) Γ(−x) = −π / (x sin πx).
  if (x < 0) return Math.log(Math.PI / Math.abs(x * sinPi(x))) - lgamma(-x);
  if (x >= asymptotic) return stirling(x);
  if (x < 0.5) return lgammaBeyondOne(x) - Math.log(x);
  if (x < 1.5) return lgammaBeyondOne(x - 1);
  let product = 1;
  let y = x;
  while (y >= 2.5) {
    y -= 1;
    product *= y;
  }
  return lgammaNearTwo(y - 2) + (product === 1 ? 0 : Math.log(product));
}

/** sin(πx), with the period taken off exactly. */
function sinPi(x: number): number {
  const rest = x - 2 * Math.round(x / 2);
  if (rest > 0.5) return Math.sin(Math.PI * (1 - rest));
  if (rest < -0.5) return -Math.sin(Math.PI * (1 + rest));
  return Math.sin(Math.PI * rest);
}

function tanPi(x: number): number {
  const rest = x - Math.round(x);
  return Math.abs(rest) <= 0.25
    ? Math.tan(Math.PI * rest)
    : Math.sign(rest) / Math.tan(Math.PI * (0.5 - Math.abs(rest)));
}

/** The derivative of lgamma: ∓Infinity at ±0, NaN at negative integers and −Infinity. */
export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (x < 0) {
    if (x === Math.floor(x)) return Number.NaN;
    return digamma(1 - x) - Math.PI / tanPi(x);
  }
  if (x === Number.POSITIVE_INFINITY) return x;
  let result = 0;
  let y = x;
  while (y < asymptotic) {
    result -= 1 / y;
    y += 1;
  }
  const inverseSquare = 1 / (y * y);
  let sum = 0;
  for (let k = bernoulli.length; k >= 1; k--) sum = (sum + bernoulli[k - 1] / (2 * k)) * inverseSquare;
  return result + Math.log(y) - 0.5 / y - sum;
}

/** The n-th derivative of digamma: (−1)ⁿ⁺¹ n! ζ(n + 1, x). NaN unless n is a non-negative integer. */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  if (!(n > 0 && n < Number.POSITIVE_INFINITY) || n !== Math.floor(n)) return Number.NaN;
  let factorial = 1;
  for (let k = 2; k <= n && factorial < Number.POSITIVE_INFINITY; k++) factorial *= k;
  return (n % 2 === 1 ? 1 : -1) * factorial * zeta(n + 1, x);
}
