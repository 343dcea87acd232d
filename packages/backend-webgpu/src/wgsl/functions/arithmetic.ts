import { floatFunctions } from "./float.ts";
import { integerFunctions } from "./int64.ts";
import { library } from "./library.ts";

/**
 * Division and square root of float32, whose WGSL builtins may be off by some units and take subnormals for 0: they are estimates
 * here, corrected in integers, where no compiler may fuse or rearrange anything. And what exact arithmetic needs: where more
 * than 24 bits are needed, a value is the sum of two floats (vec2f, the second small).
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

// x · y and what rounding lost (Dekker): halves of 12 bits have exact products. The product is what it was rounded to: fused with
// what is taken from it, it would have lost nothing.
fn two_product(x: f32, y: f32) -> vec2f {
  let x1 = bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
  let y1 = bitcast<f32>(bitcast<u32>(y) & 0xfffff000u);
  let x2 = x - x1;
  let y2 = y - y1;
  let product = kept(x * y);
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

// The bits of the fraction of a finite number that is not 0, from 2²³ to 2²⁴, and what power of two it is to be multiplied by.
fn fraction_of(size: u32) -> u32 {
  if (size < 0x800000u) { return size << (countLeadingZeros(size) - 8u); }
  return (size & 0x7fffffu) | 0x800000u;
}

fn exponent_of(size: u32) -> i32 {
  if (size < 0x800000u) { return -141 - i32(countLeadingZeros(size)); }
  return i32(size >> 23u) - 150;
}

// The float nearest to q · 2ᵏ, ties to even, for q from 2²⁴ to 2²⁵; more: whether something is left behind q.
fn rounded_f32(q: u32, more: bool, k: i32) -> f32 {
  // The exponent as it is stored, of a number that keeps all but the last bit of q; a carry raises it.
  let exponent = k + 151;
  if (exponent > 0) {
    let half = q >> 1u;
    let up = q & 1u & (half | select(0u, 1u, more));
    return bitcast<f32>(min(((u32(min(exponent, 255)) - 1u) << 23u) + half + up, 0x7f800000u));
  }
  let shift = u32(min(2 - exponent, 26));
  let half = q >> shift;
  let rest = q & ((1u << shift) - 1u);
  let middle = 1u << (shift - 1u);
  let up = rest > middle || (rest == middle && (more || (half & 1u) != 0u));
  return bitcast<f32>(half + select(0u, 1u, up));
}

// Of two fractions: the first 25 bits of the quotient, and what they leave. The estimate is a few units off at most.
fn div_fractions(x: u32, y: u32, k: i32) -> f32 {
  let less = x < y;
  var q = u32(f32(x) / f32(y) * select(16777216.0, 33554432.0, less));
  // Modulo 2³², which is far more than it can be.
  var rest = i32((x << select(24u, 25u, less)) - q * y);
  while (rest < 0) {
    q -= 1u;
    rest += i32(y);
  }
  while (rest >= i32(y)) {
    q += 1u;
    rest -= i32(y);
  }
  return rounded_f32(q, rest != 0, k - select(24, 25, less));
}

fn div_f32(x: f32, y: f32) -> f32 {
  let size_x = bitcast<u32>(x) & 0x7fffffffu;
  let size_y = bitcast<u32>(y) & 0x7fffffffu;
  let sign = bitcast<f32>((bitcast<u32>(x) ^ bitcast<u32>(y)) & 0x80000000u);
  if (size_x - 1u >= 0x7f7fffffu || size_y - 1u >= 0x7f7fffffu) {
    if (is_nan(x)) { return x; }
    if (is_nan(y)) { return y; }
    if (is_infinite(x) || is_zero(y)) {
      if (is_infinite(y) || is_zero(x)) { return not_a_number(); }
      return with_sign(infinity(), sign);
    }
    return sign;
  }
  let size = div_fractions(fraction_of(size_x), fraction_of(size_y), exponent_of(size_x) - exponent_of(size_y));
  return with_sign(size, sign);
}

fn sqrt_f32(x: f32) -> f32 {
  if (is_nan(x) || is_zero(x)) { return x; }
  if (is_negative(x)) { return not_a_number(); }
  if (is_infinite(x)) { return x; }
  // An even power of two, and a fraction whose root has 25 bits before the point.
  let size = bitcast<u32>(x);
  let fraction = fraction_of(size);
  let exponent = exponent_of(size);
  let shift = select(25, 26, (exponent & 1) == 0);
  var q = u32(sqrt(f32(fraction) * select(2.0, 4.0, shift == 26)) * 4096.0);
  var rest = i32((fraction << u32(shift)) - q * q);
  while (rest < 0) {
    q -= 1u;
    rest += i32(2u * q + 1u);
  }
  while (rest > i32(2u * q)) {
    rest -= i32(2u * q + 1u);
    q += 1u;
  }
  return rounded_f32(q, rest != 0, (exponent - shift) / 2);
}
`,
  [floatFunctions, integerFunctions],
);
