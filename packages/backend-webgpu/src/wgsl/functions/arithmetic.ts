import { floatFunctions } from "./float.ts";
import { integerFunctions } from "./int64.ts";
import { library } from "./library.ts";

/**
 * Division and square root of float32, whose WGSL builtins may be off by some units and take subnormals for 0, and what exact
 * arithmetic needs: where more than 24 bits are needed, a value is the sum of two floats (vec2f, the second small).
 */
export const arithmeticFunctions = library(
  `
// x as it is: of sums with two constants a compiler may add the constants, and so lose what the rounding is about. The
// fourth word of the header is 0, which it cannot know.
fn kept(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ parameters[0].w);
}

// x + y and what rounding lost.
fn two_sum(x: f32, y: f32) -> vec2f {
  let sum = kept(x + y);
  let part = sum - x;
  return vec2f(sum, (x - (sum - part)) + (y - part));
}

// x · y and what rounding lost (Dekker): halves of 12 bits have exact products.
fn two_product(x: f32, y: f32) -> vec2f {
  let x1 = bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
  let y1 = bitcast<f32>(bitcast<u32>(y) & 0xfffff000u);
  let x2 = x - x1;
  let y2 = y - y1;
  let product = x * y;
  return vec2f(product, ((x1 * y1 - product) + x1 * y2 + x2 * y1) + x2 * y2);
}

// 2ᵏ for −126 <= k <= 127.
fn power_of_two(k: i32) -> f32 {
  return bitcast<f32>(u32(k + 127) << 23u);
}

// y · 2ᵏ for 1/4 <= |y| < 4. Subnormal results by their bits: arithmetic may flush them to 0.
fn scaled(y: f32, k: i32) -> f32 {
  if (k < -123) {
    let units = round(magnitude(y) * power_of_two(max(k + 149, -126)));
    if (units < 8388608.0) { return with_sign(bitcast<f32>(u32(units)), y); }
  }
  let bounded = clamp(k, -252, 254);
  let half = bounded >> 1u;
  return (y * power_of_two(half)) * power_of_two(bounded - half);
}

// x / y, where nothing overflows or is subnormal, corrected by what is left over: hardware may be off by some units.
fn quotient(x: f32, y: f32) -> f32 {
  let q = x / y;
  let back = two_product(q, y);
  return q + ((x - back.x) - back.y) / y;
}

// The fraction of a finite x that is not 0, in [1, 2) with the sign of x, and its exponent.
fn fraction_of(x: f32) -> f32 {
  let size = bitcast<u32>(x) & 0x7fffffffu;
  let shift = select(0u, countLeadingZeros(size) - 8u, size < 0x800000u);
  return with_sign(bitcast<f32>(((size << shift) & 0x7fffffu) | 0x3f800000u), x);
}

fn exponent_of(x: f32) -> i32 {
  let size = bitcast<u32>(x) & 0x7fffffffu;
  if (size < 0x800000u) { return -118 - i32(countLeadingZeros(size)); }
  return i32(size >> 23u) - 127;
}

fn div_f32(x: f32, y: f32) -> f32 {
  let exponent_x = i32((bitcast<u32>(x) >> 23u) & 255u);
  let exponent_y = i32((bitcast<u32>(y) >> 23u) & 255u);
  // The usual case: both far from overflow and underflow.
  if (abs(exponent_x - 127) < 50 && abs(exponent_y - 127) < 50) { return quotient(x, y); }
  if (is_nan(x)) { return x; }
  if (is_nan(y)) { return y; }
  let sign = bitcast<f32>((bitcast<u32>(x) ^ bitcast<u32>(y)) & 0x80000000u);
  if (is_infinite(x) || is_zero(y)) {
    if (is_infinite(y) || is_zero(x)) { return not_a_number(); }
    return with_sign(infinity(), sign);
  }
  if (is_infinite(y) || is_zero(x)) { return sign; }
  return scaled(quotient(fraction_of(x), fraction_of(y)), exponent_of(x) - exponent_of(y));
}

fn sqrt_f32(x: f32) -> f32 {
  if (is_nan(x) || is_zero(x)) { return x; }
  if (is_negative(x)) { return not_a_number(); }
  if (is_infinite(x)) { return x; }
  // Of a number in [1, 4), corrected like a quotient.
  let exponent = exponent_of(x);
  let odd = exponent & 1;
  let y = fraction_of(x) * select(1.0, 2.0, odd != 0);
  let root = sqrt(y);
  let back = two_product(root, root);
  return (root + ((y - back.x) - back.y) / (2.0 * root)) * power_of_two((exponent - odd) / 2);
}
`,
  [floatFunctions, integerFunctions],
);
