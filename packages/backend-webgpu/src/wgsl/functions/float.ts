import { library } from "./library.ts";

/**
 * What WGSL leaves open and PyTorch does not: NaN, infinities, signed zeros. A WGSL compiler may assume that there are none,
 * so tests are on bits, which it must leave alone. `floor` and `ceil` go by the order of bits from what is truncated, for the
 * builtins may take subnormal numbers for 0; from 2²³ on, every number is whole.
 */
export const floatFunctions = library(`
fn infinity() -> f32 {
  var bits = 0x7f800000u;
  return bitcast<f32>(bits);
}

fn not_a_number() -> f32 {
  var bits = 0x7fc00000u;
  return bitcast<f32>(bits);
}

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn is_infinite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u;
}

fn is_zero(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) == 0u;
}

fn is_negative(x: f32) -> bool {
  return (bitcast<u32>(x) >> 31u) != 0u;
}

fn with_sign(magnitude: f32, sign: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(magnitude) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u));
}

fn negated(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ 0x80000000u);
}

fn magnitude(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
}

// The bits of a float as an integer that orders as the float does; both zeros are 0.
fn ordered(x: f32) -> i32 {
  let bits = bitcast<i32>(x);
  return select(bits, -(bits & 0x7fffffff), bits < 0);
}

fn eq_f32(x: f32, y: f32) -> bool {
  return ordered(x) == ordered(y) && !is_nan(x) && !is_nan(y);
}

fn ne_f32(x: f32, y: f32) -> bool {
  return !eq_f32(x, y);
}

fn lt_f32(x: f32, y: f32) -> bool {
  return ordered(x) < ordered(y) && !is_nan(x) && !is_nan(y);
}

fn le_f32(x: f32, y: f32) -> bool {
  return ordered(x) <= ordered(y) && !is_nan(x) && !is_nan(y);
}

fn gt_f32(x: f32, y: f32) -> bool {
  return lt_f32(y, x);
}

fn ge_f32(x: f32, y: f32) -> bool {
  return le_f32(y, x);
}

// NaN wins; of two zeros the positive one.
fn max_f32(x: f32, y: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (is_nan(y)) { return y; }
  if (is_zero(x) && is_zero(y)) { return bitcast<f32>(bitcast<u32>(x) & bitcast<u32>(y)); }
  return select(y, x, ordered(x) > ordered(y));
}

fn min_f32(x: f32, y: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (is_nan(y)) { return y; }
  if (is_zero(x) && is_zero(y)) { return bitcast<f32>(bitcast<u32>(x) | bitcast<u32>(y)); }
  return select(y, x, ordered(x) < ordered(y));
}

fn sign_f32(x: f32) -> f32 {
  if (is_nan(x) || is_zero(x)) { return 0.0; }
  return with_sign(1.0, x);
}

fn rounded_f32(x: f32, whole: f32) -> f32 {
  return select(x, with_sign(whole, x), (bitcast<u32>(x) & 0x7fffffffu) < 0x4b000000u);
}

fn floor_f32(x: f32) -> f32 {
  let whole = trunc(x);
  return rounded_f32(x, whole - select(0.0, 1.0, ordered(x) < ordered(whole)));
}

fn ceil_f32(x: f32) -> f32 {
  let whole = trunc(x);
  return rounded_f32(x, whole + select(0.0, 1.0, ordered(x) > ordered(whole)));
}

fn trunc_f32(x: f32) -> f32 {
  return rounded_f32(x, trunc(x));
}

// Half to even.
fn round_f32(x: f32) -> f32 {
  return rounded_f32(x, round(x));
}

// The exact remainder, with the sign of x: long division of the mantissas.
fn fmod_f32(x: f32, y: f32) -> f32 {
  if (is_nan(x) || is_nan(y) || is_infinite(x) || is_zero(y)) { return not_a_number(); }
  if (is_infinite(y) || is_zero(x)) { return x; }
  var a = bitcast<u32>(x) & 0x7fffffffu;
  let b = bitcast<u32>(y) & 0x7fffffffu;
  if (a < b) { return x; }
  if (a == b) { return with_sign(0.0, x); }
  var exponent_a = i32(a >> 23u);
  var exponent_b = i32(b >> 23u);
  var rest = a & 0x7fffffu;
  var divisor = b & 0x7fffffu;
  if (exponent_a == 0) { exponent_a = 1; } else { rest = rest | 0x800000u; }
  if (exponent_b == 0) { exponent_b = 1; } else { divisor = divisor | 0x800000u; }
  rest = rest % divisor;
  for (var left = exponent_a - exponent_b; left > 0;) {
    let step = min(left, 8);
    rest = (rest << u32(step)) % divisor;
    left = left - step;
  }
  if (rest == 0u) { return with_sign(0.0, x); }
  let shift = min(i32(countLeadingZeros(rest)) - 8, exponent_b - 1);
  rest = rest << u32(shift);
  let exponent = exponent_b - shift;
  let bits = select(rest, (rest & 0x7fffffu) | (u32(exponent) << 23u), (rest & 0x800000u) != 0u);
  return with_sign(bitcast<f32>(bits), x);
}

fn nextafter_f32(x: f32, y: f32) -> f32 {
  if (is_nan(x) || is_nan(y)) { return not_a_number(); }
  if (eq_f32(x, y)) { return y; }
  if (is_zero(x)) { return with_sign(bitcast<f32>(1u), y); }
  let away = lt_f32(x, y) != is_negative(x);
  return bitcast<f32>(select(bitcast<u32>(x) - 1u, bitcast<u32>(x) + 1u, away));
}

// The nearest value of float16, ties to even.
fn round_half(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  if (size >= 0x7f800000u) { return x; }
  if (size >= 0x477ff000u) { return with_sign(infinity(), x); }
  if (size < 0x38800000u) { return with_sign(round(magnitude(x) * 16777216.0) * 5.9604644775390625e-8, x); }
  return bitcast<f32>((bits + 0xfffu + ((bits >> 13u) & 1u)) & 0xffffe000u);
}

// The same by the adapter, where it is known to do the same. Not of constants, which must not overflow.
fn native_half(x: f32) -> f32 {
  return f32(f16(x));
}

fn nextafter_f16(x: f32, y: f32) -> f32 {
  if (is_nan(x) || is_nan(y)) { return not_a_number(); }
  if (eq_f32(x, y)) { return y; }
  let least = 5.9604644775390625e-8;
  if (is_zero(x)) { return with_sign(least, y); }
  let away = lt_f32(x, y) != is_negative(x);
  let size = magnitude(x);
  if (size == 6.103515625e-5 && !away) { return with_sign(size - least, x); }
  if (size < 6.103515625e-5) { return with_sign(select(size - least, size + least, away), x); }
  if (is_infinite(x)) { return with_sign(65504.0, x); }
  return round_half(bitcast<f32>(select(bitcast<u32>(x) - 0x2000u, bitcast<u32>(x) + 0x2000u, away)));
}
`);
