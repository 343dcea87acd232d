import { floatFunctions } from "./float.ts";
import { integerFunctions } from "./int64.ts";
import { library } from "./library.ts";

/**
 * Division and square root of float32, whose WGSL builtins may be off by some units and take subnormals for 0: they are estimates
 * here, corrected in integers, where no compiler may fuse or rearrange anything. They have no branches: compilers write them
 * anew wherever there is a quotient, and software adapters take long for each branch. And what exact arithmetic needs: where more
 * than 24 bits are needed, a value is the sum of two floats (vec2f, the second small).
 *
 * - `kept` is x as it is: of sums with two constants a compiler may add the constants, and so lose what the rounding is about. The
 *   fourth word of the header is 0, which it cannot know.
 * - `two_product` is Dekker's: halves of 12 bits have exact products. The product is what it was rounded to: fused with what is taken
 *   from it, it would have lost nothing.
 * - `normal_bits` are those of a finite number above 0 that has 24 of them, and `exponent_of` what power of two is to be taken off: as
 *   an integer, a subnormal number is a float of the usual form.
 * - In `rounded_bits` the exponent is that which is stored, of a number that keeps all but the last bit of q; subnormal ones lose more.
 *   A carry raises it.
 * - `quotient_bits` of two fractions are the first 25 of the quotient, and what they leave. The estimate is some units off; what it
 *   leaves, modulo 2³², which is far more than it can be, tells how many, or one more or less. So with roots, where what is left
 *   changes by the root twice, and a little.
 */
export const arithmeticFunctions = library(
  `
fn kept(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ parameters[0].w);
}

// x + y and what rounding lost.
fn two_sum(x: f32, y: f32) -> vec2f {
  let sum = kept(x + y);
  let part = sum - x;
  return vec2f(sum, (x - (sum - part)) + (y - part));
}

// x · y and what rounding lost.
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

fn normal_bits(size: u32) -> u32 {
  return select(size, bitcast<u32>(f32(i32(size))), size < 0x800000u);
}

// The fraction of a finite number that is not 0, from 2²³ to 2²⁴, and what power of two it is to be multiplied by.
fn fraction_of(size: u32) -> i32 {
  return i32((normal_bits(size) & 0x7fffffu) | 0x800000u);
}

fn exponent_of(size: u32) -> i32 {
  return i32(normal_bits(size) >> 23u) - select(150, 299, size < 0x800000u);
}

// The bits of the float nearest to q · 2ᵏ, ties to even, for q from 2²⁴ to 2²⁵; more: whether something is left behind q.
fn rounded_bits(q: u32, more: bool, k: i32) -> u32 {
  let exponent = clamp(k + 151, -24, 255);
  let shift = u32(max(2 - exponent, 1));
  let whole = q >> shift;
  let rest = (q << (32u - shift)) | select(0u, 1u, more);
  let up = rest > 0x80000000u || (rest == 0x80000000u && (whole & 1u) != 0u);
  return min((u32(max(exponent, 1) - 1) << 23u) + whole + select(0u, 1u, up), 0x7f800000u);
}

fn quotient_bits(x: i32, y: i32, k: i32) -> u32 {
  let less = x < y;
  let wide = select(x, x + x, less);
  let estimate = i32(f32(wide) / f32(y) * 16777216.0);
  let left = (wide << 24u) - estimate * y;
  let units = i32(floor(f32(left) / f32(y)));
  let rest = left - units * y;
  let one = select(select(0, 1, rest >= y), -1, rest < 0);
  return rounded_bits(u32(estimate + units + one), rest != one * y, k - select(24, 25, less));
}

// Where an operand is 0, infinite or NaN. Sizes are bits without the sign.
fn quotient_of_ends(x: u32, y: u32) -> u32 {
  let infinite = x == 0x7f800000u || y == 0u;
  let undefined = infinite && (y == 0x7f800000u || x == 0u);
  let numbers = select(0u, select(0x7f800000u, 0x7fc00000u, undefined), infinite);
  return select(select(numbers, y, y > 0x7f800000u), x, x > 0x7f800000u);
}

fn div_f32(x: f32, y: f32) -> f32 {
  let size_x = bitcast<u32>(x) & 0x7fffffffu;
  let size_y = bitcast<u32>(y) & 0x7fffffffu;
  let sign = (bitcast<u32>(x) ^ bitcast<u32>(y)) & 0x80000000u;
  let ordinary = quotient_bits(fraction_of(size_x), fraction_of(size_y), exponent_of(size_x) - exponent_of(size_y));
  let ends = size_x - 1u >= 0x7f7fffffu || size_y - 1u >= 0x7f7fffffu;
  let size = select(ordinary, quotient_of_ends(size_x, size_y), ends);
  return bitcast<f32>(size | select(sign, 0u, size > 0x7f800000u));
}

fn sqrt_f32(x: f32) -> f32 {
  // An even power of two, and a fraction whose root has 25 bits before the point.
  let bits = bitcast<u32>(x);
  let fraction = fraction_of(bits);
  let exponent = exponent_of(bits);
  let even = (exponent & 1) == 0;
  let wide = select(fraction, fraction + fraction, even);
  let estimate = i32(sqrt(f32(wide) * 2.0) * 4096.0);
  let left = (wide << 25u) - estimate * estimate;
  let units = i32(floor(f32(left) / f32(2 * estimate)));
  let near = estimate + units;
  let rest = left - units * (estimate + near);
  let one = select(select(0, 1, rest > 2 * near), -1, rest < 0);
  let root = rounded_bits(u32(near + one), rest != one * (2 * near + one), (exponent - select(25, 26, even)) >> 1u);
  let without = select(0x7fc00000u, bits, is_nan(x) || is_zero(x) || !is_negative(x));
  return bitcast<f32>(select(root, without, bits - 1u >= 0x7f7fffffu));
}
`,
  [floatFunctions, integerFunctions],
);
