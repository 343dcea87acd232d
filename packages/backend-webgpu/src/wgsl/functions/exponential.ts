import { arithmeticFunctions } from "./arithmetic.ts";
import { library } from "./library.ts";

/**
 * Powers and logarithms of float32, in float32 arithmetic with errors of a few units in the last place over the whole range.
 * Polynomials without a name beside them are interpolations in Chebyshev nodes of what their comment names. Of logarithms and powers of
 * 2 the first terms are in two parts each, so that those and x^y are but for one in thousands what they round to: results that cancel
 * where they are exact, such as the gradient of one number that is normalised, then do so here too.
 */
export const exponentialFunctions = library(
  `
// eʳ − 1 for |r| <= ln 2 / 2.
fn exp_rest(r: f32) -> f32 {
  var p = 0.00019891030387952924;
  p = p * r + 0.0013933685841038823;
  p = p * r + 0.00833331048488617;
  p = p * r + 0.041666463017463684;
  p = p * r + 0.1666666716337204;
  p = p * r + 0.5;
  return p * (r * r) + r;
}

fn exp_f32(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let near = clamp(x, -104.0, 89.0);
  let k = round(near * 1.4426950408889634);
  // ln 2 in two parts, the first so short that its product is exact.
  let r = (near - k * 0.693359375) + k * 2.1219444005469057e-4;
  return scaled(1.0 + exp_rest(r), i32(k));
}

fn expm1_f32(x: f32) -> f32 {
  if (is_nan(x) || is_zero(x)) { return x; }
  let near = clamp(x, -26.0, 89.0);
  let k = round(near * 1.4426950408889634);
  let r = (near - k * 0.693359375) + k * 2.1219444005469057e-4;
  // Of half the result, so that it overflows where it should.
  let scale = power_of_two(i32(k) - 1);
  let half = scale * exp_rest(r) + (scale - 0.5);
  return half + half;
}

// 2^(high + low), low small: e^t of t = r ln 2 in two parts, of whose series the first terms are in two parts too.
fn exp2_parts(high: f32, low: f32) -> f32 {
  let near = clamp(high, -151.0, 129.0);
  let k = round(near);
  let r = two_sum(near - k, select(low, 0.0, near != high));
  let t = two_product(r.x, 0.6931471824645996);
  let t_low = t.y + (r.y * 0.6931471824645996 - r.x * 1.904654e-9);
  let square = two_product(t.x, t.x);
  let cube = two_product(square.x, t.x);
  let third = two_product(cube.x, 0.16666667163372040);
  var p = 2.4801587e-5;
  p = p * t.x + 1.9841270e-4;
  p = p * t.x + 1.3888889e-3;
  p = p * t.x + 8.3333333e-3;
  p = p * t.x + 4.1666668e-2;
  let first = two_sum(1.0, t.x);
  let second = two_sum(first.x, 0.5 * square.x);
  let sum = two_sum(second.x, third.x);
  let rest = p * (square.x * square.x) + (third.y - cube.x * 4.9670538e-9 + 0.16666667 * (cube.y + square.y * t.x));
  let lost = first.y + second.y + sum.y + (t_low + (0.5 * square.y + t_low * (t.x + 0.5 * square.x)));
  return scaled(sum.x + (lost + rest), i32(k));
}

fn exp2_f32(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  return exp2_parts(x, 0.0);
}

// x > 0 as 2^y · z, z in [√½, √2): gives (z, y).
fn split_exponent(x: f32) -> vec2f {
  let subnormal = (bitcast<u32>(x) >> 23u) == 0u;
  let bits = select(bitcast<i32>(x), bitcast<i32>(f32(bitcast<u32>(x)) * power_of_two(-126)), subnormal);
  // √½ = 0x3f3504f3: the exponent counts from there.
  let exponent = (bits - 0x3f3504f3) >> 23u;
  return vec2f(bitcast<f32>(bits - (exponent << 23u)), f32(exponent - select(0, 23, subnormal)));
}

// log(1 + f) − f for 1 + f in [√½, √2].
fn log_rest(f: f32) -> f32 {
  var p = 0.06971611827611923;
  p = p * f - 0.11479733884334564;
  p = p * f + 0.11685419827699661;
  p = p * f - 0.12425687164068222;
  p = p * f + 0.14249058067798615;
  p = p * f - 0.1666780263185501;
  p = p * f + 0.20000715553760529;
  p = p * f - 0.2499999701976776;
  p = p * f + 0.3333333134651184;
  let square = f * f;
  return f * square * p - 0.5 * square;
}

// The logarithm's ends: −∞ at 0, NaN below and of NaN, ∞ at ∞. True where it is one of them.
fn is_log_end(x: f32) -> bool {
  return bitcast<u32>(x) - 1u >= 0x7f7fffffu;
}

fn log_end(x: f32) -> f32 {
  if (is_zero(x)) { return negated(infinity()); }
  if (is_nan(x) || is_negative(x)) { return not_a_number(); }
  return x;
}

fn log_f32(x: f32) -> f32 {
  if (is_log_end(x)) { return log_end(x); }
  let parts = split_exponent(x);
  let f = parts.x - 1.0;
  return parts.y * 0.693359375 + (f + (log_rest(f) - parts.y * 2.1219444005469057e-4));
}

fn log1p_f32(x: f32) -> f32 {
  if (is_nan(x) || is_zero(x) || is_infinite(x)) { return select(x, log_end(x), is_infinite(x)); }
  let sum = kept(1.0 + x);
  if (is_log_end(sum)) { return log_end(sum); }
  // What the rounding of the sum lost.
  let lost = select(x - (sum - 1.0), 1.0 - (sum - x), x > 1.0);
  return log_f32(sum) + lost / sum;
}

// log₂ x in two parts.
fn log2_parts(x: f32) -> vec2f {
  let parts = split_exponent(x);
  let f = parts.x - 1.0;
  let divisor = 2.0 + f;
  // log₂(1 + f) = 2 log₂e artanh s, s = f / (2 + f), and s in two parts.
  let s = f / divisor;
  let back = two_product(s, divisor);
  let exact = two_sum(2.0, f);
  let s_low = ((f - back.x) - back.y - s * exact.y) / divisor;
  // The first two terms in two parts, and the others, which are small.
  let linear = two_product(s, 2.885390043258667);
  let square = two_product(s, s);
  let cube = two_product(square.x, s);
  let third = two_product(cube.x, 0.9617967009544373);
  let z = square.x;
  var p = 0.26230818;
  p = p * z + 0.32059890;
  p = p * z + 0.41219859;
  p = p * z + 0.57707802;
  let lost = linear.y + s * 3.8519092e-8 + s_low * 2.885390043258667 * (1.0 + z);
  let small = lost + (third.y + cube.x * -7.0284616e-9 + 0.96179669 * (cube.y + square.y * s)) + p * z * cube.x;
  let sum = two_sum(linear.x, third.x);
  let total = two_sum(parts.y, sum.x);
  return vec2f(total.x, total.y + (sum.y + small));
}

fn log2_f32(x: f32) -> f32 {
  if (is_log_end(x)) { return log_end(x); }
  let parts = log2_parts(x);
  return parts.x + parts.y;
}

fn log10_f32(x: f32) -> f32 {
  if (is_log_end(x)) { return log_end(x); }
  let parts = log2_parts(x);
  let product = two_product(parts.x, 0.3010300099849701);
  return product.x + (product.y + (parts.y * 0.3010300099849701 - parts.x * 1.4320989e-8));
}

fn pow_f32(x: f32, y: f32) -> f32 {
  if (is_zero(y) || (bitcast<u32>(x) == 0x3f800000u)) { return 1.0; }
  if (is_nan(x) || is_nan(y)) { return not_a_number(); }
  let size = magnitude(x);
  // By its bits: a subnormal y may count as 0.
  let whole = (magnitude(y) >= 8388608.0 || trunc(y) == y) && (bitcast<u32>(y) & 0x7fffffffu) >= 0x3f800000u;
  let odd = whole && magnitude(y) < 16777216.0 && (i32(clamp(y, -16777216.0, 16777216.0)) & 1) != 0;
  let sign = select(0u, 0x80000000u, is_negative(x) && odd);
  if (is_infinite(y)) {
    if (size == 1.0) { return 1.0; }
    return select(0.0, infinity(), (size > 1.0) != is_negative(y));
  }
  if (is_zero(x) || is_infinite(x)) {
    return bitcast<f32>(sign | bitcast<u32>(select(0.0, infinity(), is_infinite(x) != is_negative(y))));
  }
  if (is_negative(x) && !whole) { return not_a_number(); }
  let logarithm = log2_parts(size);
  let product = two_product(logarithm.x, y);
  if (magnitude(product.x) > 200.0 || is_nan(product.y)) {
    return bitcast<f32>(sign | bitcast<u32>(select(0.0, infinity(), (logarithm.x > 0.0) != is_negative(y))));
  }
  return bitcast<f32>(sign | bitcast<u32>(exp2_parts(product.x, product.y + logarithm.y * y)));
}
`,
  [arithmeticFunctions],
);
