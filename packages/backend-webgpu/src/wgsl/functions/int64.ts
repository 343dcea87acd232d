import { floatFunctions } from "./float.ts";
import { library } from "./library.ts";

/** Integers: int64 as two 32-bit words, low word first, exact for every value; what WGSL leaves open for 32 bits. */
export const integerFunctions = library(
  `
fn div_i32(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  if (y == -1) { return -x; }
  return x / y;
}

fn rem_i32(x: i32, y: i32) -> i32 {
  if (y == 0 || y == -1) { return 0; }
  return x - (x / y) * y;
}

fn shl_i32(x: i32, y: i32) -> i32 {
  return select(0, x << (u32(y) & 31u), y >= 0 && y < 32);
}

fn shr_i32(x: i32, y: i32) -> i32 {
  return x >> select(31u, u32(y) & 31u, y >= 0 && y < 32);
}

fn pow_i32(base: i32, exponent: i32) -> i32 {
  if (exponent < 0) {
    if (base == 1) { return 1; }
    if (base == -1) { return select(-1, 1, (exponent & 1) == 0); }
    return 0;
  }
  var result = 1;
  var factor = base;
  for (var rest = exponent; rest > 0; rest = rest >> 1u) {
    if ((rest & 1) != 0) { result = result * factor; }
    factor = factor * factor;
  }
  return result;
}

// By Euclid's algorithm. The magnitude of the least one fits without a sign.
fn gcd_i32(x: i32, y: i32) -> i32 {
  var a = u32(abs(x));
  var b = u32(abs(y));
  while (b != 0u) {
    let rest = a % b;
    a = b;
    b = rest;
  }
  return i32(a);
}

fn copysign_i32(x: i32, y: i32) -> i32 {
  return select(abs(x), -abs(x), y < 0);
}

// An index from data kept within [0, extent): what lies outside becomes 0.
fn clamp_index(index: i32, extent: i32) -> i32 {
  return select(0, index, index >= 0 && index < extent);
}

fn clamp_index64(index: vec2u, extent: i32) -> i32 {
  return select(0, i32(index.x), index.y == 0u && index.x < u32(extent));
}

fn int64_of(x: i32) -> vec2u {
  return vec2u(u32(x), u32(x >> 31u));
}

fn add_int64(x: vec2u, y: vec2u) -> vec2u {
  let low = x.x + y.x;
  return vec2u(low, x.y + y.y + select(0u, 1u, low < x.x));
}

fn neg_int64(x: vec2u) -> vec2u {
  return add_int64(~x, vec2u(1u, 0u));
}

fn sub_int64(x: vec2u, y: vec2u) -> vec2u {
  return vec2u(x.x - y.x, x.y - y.y - select(0u, 1u, x.x < y.x));
}

// The 64 bits of the product of two words.
fn wide_product(x: u32, y: u32) -> vec2u {
  let x0 = x & 0xffffu;
  let x1 = x >> 16u;
  let y0 = y & 0xffffu;
  let y1 = y >> 16u;
  let middle = x1 * y0 + ((x0 * y0) >> 16u);
  let other = x0 * y1 + (middle & 0xffffu);
  return vec2u(x * y, x1 * y1 + (middle >> 16u) + (other >> 16u));
}

fn mul_int64(x: vec2u, y: vec2u) -> vec2u {
  let low = wide_product(x.x, y.x);
  return vec2u(low.x, low.y + x.x * y.y + x.y * y.x);
}

fn negative_int64(x: vec2u) -> bool {
  return (x.y >> 31u) != 0u;
}

fn abs_int64(x: vec2u) -> vec2u {
  return select(x, neg_int64(x), negative_int64(x));
}

fn zero_int64(x: vec2u) -> bool {
  return (x.x | x.y) == 0u;
}

fn eq_int64(x: vec2u, y: vec2u) -> bool {
  return x.x == y.x && x.y == y.y;
}

fn lt_int64(x: vec2u, y: vec2u) -> bool {
  return i32(x.y) < i32(y.y) || (x.y == y.y && x.x < y.x);
}

fn sign_int64(x: vec2u) -> vec2u {
  if (zero_int64(x)) { return x; }
  return select(vec2u(1u, 0u), vec2u(0xffffffffu, 0xffffffffu), negative_int64(x));
}

fn max_int64(x: vec2u, y: vec2u) -> vec2u {
  return select(x, y, lt_int64(x, y));
}

fn min_int64(x: vec2u, y: vec2u) -> vec2u {
  return select(x, y, lt_int64(y, x));
}

struct Division64 {
  quotient: vec2u,
  rest: vec2u,
}

// Of two unsigned numbers, bit by bit.
fn divide_words(x: vec2u, y: vec2u) -> Division64 {
  if (x.y == 0u && y.y == 0u) { return Division64(vec2u(x.x / y.x, 0u), vec2u(x.x % y.x, 0u)); }
  var quotient = vec2u(0u, 0u);
  var rest = vec2u(0u, 0u);
  for (var i = 63; i >= 0; i = i - 1) {
    let bit = select(x.x >> (u32(i) & 31u), x.y >> (u32(i) & 31u), i >= 32) & 1u;
    let carry = rest.y >> 31u;
    rest = vec2u((rest.x << 1u) | bit, (rest.y << 1u) | (rest.x >> 31u));
    let below = rest.y < y.y || (rest.y == y.y && rest.x < y.x);
    if (carry != 0u || !below) {
      rest = sub_int64(rest, y);
      quotient = quotient | select(vec2u(1u << (u32(i) & 31u), 0u), vec2u(0u, 1u << (u32(i) & 31u)), i >= 32);
    }
  }
  return Division64(quotient, rest);
}

// Truncating; a zero divisor gives 0.
fn div_int64(x: vec2u, y: vec2u) -> vec2u {
  if (zero_int64(y)) { return y; }
  let size = divide_words(abs_int64(x), abs_int64(y)).quotient;
  return select(size, neg_int64(size), negative_int64(x) != negative_int64(y));
}

fn rem_int64(x: vec2u, y: vec2u) -> vec2u {
  if (zero_int64(y)) { return y; }
  let size = divide_words(abs_int64(x), abs_int64(y)).rest;
  return select(size, neg_int64(size), negative_int64(x));
}

fn pow_int64(base: vec2u, exponent: vec2u) -> vec2u {
  let one = vec2u(1u, 0u);
  if (negative_int64(exponent)) {
    if (eq_int64(base, one)) { return one; }
    if (eq_int64(base, neg_int64(one))) { return select(base, one, (exponent.x & 1u) == 0u); }
    return vec2u(0u, 0u);
  }
  var result = one;
  var factor = base;
  var rest = exponent;
  for (; !zero_int64(rest); rest = vec2u((rest.x >> 1u) | (rest.y << 31u), rest.y >> 1u)) {
    if ((rest.x & 1u) != 0u) { result = mul_int64(result, factor); }
    factor = mul_int64(factor, factor);
  }
  return result;
}

fn shl_int64(x: vec2u, y: vec2u) -> vec2u {
  if (y.y != 0u || y.x >= 64u) { return vec2u(0u, 0u); }
  if (y.x == 0u) { return x; }
  if (y.x >= 32u) { return vec2u(0u, x.x << (y.x & 31u)); }
  return vec2u(x.x << y.x, (x.y << y.x) | (x.x >> (32u - y.x)));
}

fn shr_int64(x: vec2u, y: vec2u) -> vec2u {
  let by = select(y.x, 63u, y.y != 0u || y.x >= 64u);
  if (by == 0u) { return x; }
  let sign = u32(i32(x.y) >> 31u);
  if (by >= 32u) { return vec2u(u32(i32(x.y) >> (by & 31u)), sign); }
  return vec2u((x.x >> by) | (x.y << (32u - by)), u32(i32(x.y) >> by));
}

fn trailing_zeros(x: vec2u) -> u32 {
  return select(countTrailingZeros(x.x), 32u + countTrailingZeros(x.y), x.x == 0u);
}

// Without a sign, by less than 64.
fn shr_words(x: vec2u, by: u32) -> vec2u {
  if (by == 0u) { return x; }
  if (by >= 32u) { return vec2u(x.y >> (by - 32u), 0u); }
  return vec2u((x.x >> by) | (x.y << (32u - by)), x.y >> by);
}

// Of odd numbers the difference is even: with halves and differences alone, as division is slow here (Stein's algorithm).
fn gcd_int64(x: vec2u, y: vec2u) -> vec2u {
  var a = abs_int64(x);
  var b = abs_int64(y);
  if (zero_int64(a)) { return b; }
  if (zero_int64(b)) { return a; }
  let twos = trailing_zeros(a | b);
  a = shr_words(a, trailing_zeros(a));
  while (!zero_int64(b)) {
    b = shr_words(b, trailing_zeros(b));
    if (b.y < a.y || (b.y == a.y && b.x < a.x)) {
      let smaller = b;
      b = a;
      a = smaller;
    }
    b = sub_int64(b, a);
  }
  return shl_int64(a, vec2u(twos, 0u));
}

fn copysign_int64(x: vec2u, y: vec2u) -> vec2u {
  return select(abs_int64(x), neg_int64(abs_int64(x)), negative_int64(y));
}

fn nextafter_int64(x: vec2u, y: vec2u) -> vec2u {
  return add_int64(x, sign_int64(select(vec2u(0u, 0u), select(vec2u(1u, 0u), vec2u(0xffffffffu, 0xffffffffu), lt_int64(y, x)), !eq_int64(x, y))));
}

// Rounded once, to nearest, ties to even.
fn words_to_f32(x: vec2u) -> f32 {
  if (x.y == 0u && x.x < 0x1000000u) { return f32(x.x); }
  let zeros = select(countLeadingZeros(x.y), 32u + countLeadingZeros(x.x), x.y == 0u);
  let normal = shl_int64(x, vec2u(zeros, 0u));
  // 64 bits, the first of them 1: 24 are kept, and the rest decides.
  let dropped = (normal.y & 0xffu) | select(0u, 0x100u, normal.x != 0u);
  var kept = normal.y >> 8u;
  let half = normal.y & 0x80u;
  let more = (normal.y & 0x7fu) != 0u || normal.x != 0u;
  if (half != 0u && dropped != 0u && (more || (kept & 1u) != 0u)) { kept = kept + 1u; }
  // 2^63 · kept / 2^23; a carry out of the fraction raises the exponent.
  return bitcast<f32>(((190u - zeros - 1u) << 23u) + kept);
}

fn int64_to_f32(x: vec2u) -> f32 {
  let size = words_to_f32(abs_int64(x));
  return select(size, negated(size), negative_int64(x));
}

fn i32_to_f32(x: i32) -> f32 {
  return int64_to_f32(int64_of(x));
}

// Truncates; what does not fit (NaN too) becomes −2⁶³.
fn f32_to_int64(x: f32) -> vec2u {
  let bits = bitcast<u32>(x);
  let exponent = i32((bits >> 23u) & 255u) - 127;
  if (exponent >= 63) { return vec2u(0u, 0x80000000u); }
  if (exponent < 0) { return vec2u(0u, 0u); }
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  var size = vec2u(mantissa >> u32(clamp(23 - exponent, 0, 31)), 0u);
  if (exponent > 23) { size = shl_int64(vec2u(mantissa, 0u), vec2u(u32(exponent - 23), 0u)); }
  return select(size, neg_int64(size), is_negative(x));
}

// Truncates and wraps modulo 2³²; NaN and infinities give 0.
fn f32_to_i32(x: f32) -> i32 {
  let bits = bitcast<u32>(x);
  let exponent = i32((bits >> 23u) & 255u) - 127;
  if (exponent < 0 || exponent >= 55) { return 0; }
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  let size = select(mantissa >> u32(clamp(23 - exponent, 0, 31)), mantissa << u32(clamp(exponent - 23, 0, 31)), exponent > 23);
  return select(i32(size), -i32(size), is_negative(x));
}

fn wrap_i8(x: i32) -> i32 {
  return (x << 24u) >> 24u;
}

fn wrap_i16(x: i32) -> i32 {
  return (x << 16u) >> 16u;
}

fn wrap_u8(x: i32) -> i32 {
  return x & 255;
}
`,
  [floatFunctions],
);
