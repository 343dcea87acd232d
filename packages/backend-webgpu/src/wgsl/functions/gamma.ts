import { library } from "./library.ts";
import { specialFunctions } from "./special.ts";

/**
 * The logarithm of the gamma function and its derivatives, by the formulas of core's `meaning/gamma.ts`, with fewer terms. Each
 * function is called in one place, for compilers write it anew in every other. Near 0, where x · sin πx vanishes, the first terms of
 * log Γ's series there are all there is.
 */
export const gammaFunctions = library(
  `
// log Γ(2 + z) for |z| <= 1/2.
fn lgamma_near_two(z: f32) -> f32 {
  var sum = -0.00000203921581;
  sum = sum * z + 0.00000437486688;
  sum = sum * z - 0.00000943948817;
  sum = sum * z + 0.000020507212;
  sum = sum * z - 0.000044926237;
  sum = sum * z + 0.0000994575094;
  sum = sum * z - 0.000223154755;
  sum = sum * z + 0.000509669539;
  sum = sum * z - 0.0011927539;
  sum = sum * z + 0.00289051025;
  sum = sum * z - 0.007385551;
  sum = sum * z + 0.0205808077;
  sum = sum * z - 0.0673523024;
  sum = sum * z + 0.322467029;
  return z * (0.42278433509846714 + z * sum);
}

fn lgamma_positive(x: f32) -> f32 {
  var product = 1.0;
  var y = x;
  while (y >= 2.5 && x < 8.0) {
    y = y - 1.0;
    product = product * y;
  }
  let logarithm = log_f32(select(product, x, x >= 8.0 || x < 0.5));
  if (x > 1e10) { return x * (logarithm - 1.0); }
  if (x >= 8.0) {
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let tail = inverse * (0.08333333333 + square * (-0.00277777778 + square * (0.00079365079 - square * 0.00059523810)));
    return (x - 0.5) * (logarithm - 1.0) + (0.4189385332046727 + tail);
  }
  // From below one or two upwards by Γ(1 + z) = z Γ(z).
  let z = select(select(y - 2.0, x - 1.0, x < 1.5), x, x < 0.5);
  return lgamma_near_two(z) - select(0.0, log1p_f32(z), x < 1.5) + select(logarithm, negated(logarithm), x < 0.5);
}

// sin πx, with the period taken off exactly.
fn sin_pi(x: f32) -> f32 {
  let rest = x - 2.0 * round(0.5 * x);
  let size = magnitude(rest);
  return with_sign(sin_f32(3.141592653589793 * select(size, 1.0 - size, size > 0.5)), rest);
}

fn lgamma_f32(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (is_infinite(x) || is_zero(x) || (x < 0.0 && eq_f32(x, floor_f32(x)))) { return infinity(); }
  let size = magnitude(x);
  let positive = lgamma_positive(size);
  if (!is_negative(x)) { return positive; }
  // Near 0: −log x ∓ γx.
  if (size < 1e-4) { return positive + 1.1544313298 * size; }
  // Γ(x) Γ(−x) = −π / (x sin πx)
  return log_f32(3.141592653589793 / magnitude(x * sin_pi(x))) - positive;
}

fn digamma_f32(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (is_zero(x)) { return select(negated(infinity()), infinity(), is_negative(x)); }
  if (is_infinite(x)) { return select(x, not_a_number(), is_negative(x)); }
  var y = x;
  var result = 0.0;
  if (x < 0.0) {
    if (x == floor(x)) { return not_a_number(); }
    let rest = x - round(x);
    let size = magnitude(rest);
    let tangent = tan_f32(3.141592653589793 * select(size, 0.5 - size, size > 0.25));
    result = -3.141592653589793 / with_sign(select(tangent, 1.0 / tangent, size > 0.25), rest);
    y = 1.0 - x;
  }
  // Around its zero, 1.4616…, a series: elsewhere the sum would cancel.
  if (y > 1.2 && y < 1.75) {
    let d = kept(y - 1.4616321325302124) - 1.2438150e-8;
    var p = -0.0154247659;
    p = p * d + 0.0225976482;
    p = p * d - 0.0331611265;
    p = p * d + 0.0488042882;
    p = p * d - 0.0721995613;
    p = p * d + 0.1078240507;
    p = p * d - 0.1639427054;
    p = p * d + 0.2584997610;
    p = p * d - 0.4427631690;
    p = p * d + 0.9676722454;
    return result + d * p;
  }
  while (y < 8.0) {
    result = result - 1.0 / y;
    y = y + 1.0;
  }
  let square = 1.0 / (y * y);
  let tail = square * (0.08333333333 - square * (0.00833333333 - square * (0.00396825397 - square * 0.00416666667)));
  return result + (log_f32(y) - 0.5 / y - tail);
}

// Hurwitz's zeta function for integer s >= 2 and q > 0, by the Euler–Maclaurin formula.
fn zeta_positive(s: f32, q: f32) -> f32 {
  var sum = 0.0;
  var x = q;
  let start = 8.0 + 0.5 * s;
  var power = 0.0;
  loop {
    power = pow_f32(x, -s);
    if (x >= start) { break; }
    sum = sum + power;
    if (power <= sum * 1e-9) { return sum; }
    x = x + 1.0;
  }
  var factor = power * s / x;
  var rest = x * power / (s - 1.0) + 0.5 * power + factor / 12.0;
  factor = factor * (s + 1.0) * (s + 2.0) / (x * x);
  rest = rest - factor / 720.0;
  factor = factor * (s + 3.0) * (s + 4.0) / (x * x);
  rest = rest + factor / 30240.0;
  return sum + rest;
}

fn zeta_f32(s: f32, q: f32) -> f32 {
  if (is_nan(q)) { return q; }
  if (is_infinite(q)) { return select(0.0, infinity(), is_negative(q)); }
  let fraction = q - floor(q);
  // A pole, or so large that q is an integer.
  if (!(q > 0.0) && !(fraction > 0.0)) { return infinity(); }
  var whole = 0.0;
  var between = 0.0;
  for (var i = 0; i < select(3, 1, q > 0.0); i++) {
    let part = zeta_positive(s, select(select(1.0 - q, 1.0 - fraction, i == 1), select(fraction, q, q > 0.0), i == 0));
    if (i == 0) { whole = part; } else { between = select(between - part, part, i == 1); }
  }
  let sign = select(-1.0, 1.0, s == 2.0 * floor(0.5 * s));
  return whole + sign * between;
}

fn polygamma_f32(n: f32, x: f32) -> f32 {
  if (n == 0.0) { return digamma_f32(x); }
  if (is_nan(n) || !(n > 0.0) || is_infinite(n) || n != floor(n)) { return not_a_number(); }
  var factorial = 1.0;
  for (var k = 2.0; k <= n && k < 40.0; k = k + 1.0) { factorial = factorial * k; }
  if (n >= 35.0) { factorial = infinity(); }
  return select(-factorial, factorial, i32(n) % 2 == 1) * zeta_f32(n + 1.0, x);
}
`,
  [specialFunctions],
);
