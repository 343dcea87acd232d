import { floatFunctions } from "./float.ts";
import { integerFunctions } from "./int64.ts";
import { library } from "./library.ts";

/**
 * Functions of float32 whose WGSL builtins may be too inaccurate, in float32 arithmetic with errors of a few units in the last
 * place over the whole range. Where more than 24 bits are needed, a value is the sum of two floats (vec2f, the second
 * small). Polynomials without a name beside them are interpolations in Chebyshev nodes of what their comment names; those
 * of asin and atan are from the Cephes library.
 */
export const specialFunctions = library(
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

// 2^(high + low), low small.
fn exp2_parts(high: f32, low: f32) -> f32 {
  let near = clamp(high, -151.0, 129.0);
  let k = round(near);
  let r = (near - k) + select(low, 0.0, near != high);
  var p = 1.5252733e-5;
  p = p * r + 1.5403530e-4;
  p = p * r + 1.3333558e-3;
  p = p * r + 9.6181291e-3;
  p = p * r + 5.5504109e-2;
  p = p * r + 0.24022651;
  p = p * r + 0.69314718;
  return scaled(1.0 + p * r, i32(k));
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
  let z = s * s;
  var p = 0.26230818;
  p = p * z + 0.32059890;
  p = p * z + 0.41219859;
  p = p * z + 0.57707802;
  p = p * z + 0.96179669;
  let linear = two_product(s, 2.885390043258667);
  let small = linear.y + s * 3.8519092e-8 + s_low * 2.885390043258667 + p * z * s;
  let sum = two_sum(linear.x, small);
  let total = two_sum(parts.y, sum.x);
  return vec2f(total.x, total.y + sum.y);
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

const two_over_pi = array<u32, 7>(0x00000000u, 0x28be60dbu, 0x9391054au, 0x7f09d5f4u, 0x7d4d3770u, 0x36d8a566u, 0x4f10e410u);

struct Angle {
  rest: f32,
  quadrant: i32,
}

// x = quadrant · π/2 + rest, by a product with the bits of 2/π that matter (Payne and Hanek): exact however large x is.
fn reduce_angle(x: f32) -> Angle {
  if (magnitude(x) < 0.7853) { return Angle(x, 0); }
  let bits = bitcast<u32>(x);
  let mantissa = (bits << 8u) | 0x80000000u;
  let exponent = ((bits >> 23u) & 255u) - 126u;
  let first = exponent >> 5u;
  let shift = exponent & 31u;
  var table = two_over_pi;
  var high = table[first];
  var middle = table[first + 1u];
  var low = table[first + 2u];
  if (shift != 0u) {
    high = (high << shift) | (middle >> (32u - shift));
    middle = (middle << shift) | (low >> (32u - shift));
    low = (low << shift) | (table[first + 3u] >> (32u - shift));
  }
  // The product with 62 bits behind the point.
  var product = vec2u(wide_product(mantissa, low).y, 0u);
  product = add_int64(wide_product(mantissa, middle), product);
  product = add_int64(vec2u(0u, mantissa * high), product);
  var quadrant = i32(product.y >> 30u);
  product.y = product.y & 0x3fffffffu;
  if ((product.y & 0x20000000u) != 0u) {
    product.y = product.y | 0xc0000000u;
    quadrant = quadrant + 1;
  }
  let rest = int64_to_f32(product) * 3.4061215800304235e-19;
  if (is_negative(x)) { return Angle(-rest, -quadrant); }
  return Angle(rest, quadrant);
}

fn sin_near(r: f32) -> f32 {
  let z = r * r;
  var p = 0.0000027249313916399842;
  p = p * z - 0.00019840082677546889;
  p = p * z + 0.008333331905305386;
  p = p * z - 0.1666666716337204;
  return p * z * r + r;
}

fn cos_near(r: f32) -> f32 {
  let z = r * r;
  var p = -2.730044741383608e-7;
  p = p * z + 0.00002480059629306197;
  p = p * z - 0.00138888880610466;
  p = p * z + 0.0416666679084301;
  return p * z * z - 0.5 * z + 1.0;
}

fn sin_quadrant(rest: f32, quadrant: i32) -> f32 {
  let value = select(sin_near(rest), cos_near(rest), (quadrant & 1) != 0);
  return select(value, -value, (quadrant & 2) != 0);
}

fn sin_f32(x: f32) -> f32 {
  if (is_zero(x)) { return x; }
  if (is_nan(x) || is_infinite(x)) { return not_a_number(); }
  let angle = reduce_angle(x);
  return sin_quadrant(angle.rest, angle.quadrant);
}

fn cos_f32(x: f32) -> f32 {
  if (is_nan(x) || is_infinite(x)) { return not_a_number(); }
  let angle = reduce_angle(x);
  return sin_quadrant(angle.rest, angle.quadrant + 1);
}

fn tan_f32(x: f32) -> f32 {
  if (is_zero(x)) { return x; }
  if (is_nan(x) || is_infinite(x)) { return not_a_number(); }
  let angle = reduce_angle(x);
  let s = sin_near(angle.rest);
  let c = cos_near(angle.rest);
  return select(s / c, -c / s, (angle.quadrant & 1) != 0);
}

fn asin_f32(x: f32) -> f32 {
  let size = magnitude(x);
  if (is_nan(x) || size > 1.0) { return not_a_number(); }
  if (size < 1e-4) { return x; }
  let outer = size > 0.5;
  let z = select(size * size, 0.5 * (1.0 - size), outer);
  let base = select(size, sqrt(z), outer);
  var p = 4.2163199048e-2;
  p = p * z + 2.4181311049e-2;
  p = p * z + 4.5470025998e-2;
  p = p * z + 7.4953002686e-2;
  p = p * z + 1.6666752422e-1;
  let value = p * z * base + base;
  return with_sign(select(value, 1.5707963267948966 - 2.0 * value, outer), x);
}

fn acos_f32(x: f32) -> f32 {
  if (is_nan(x) || magnitude(x) > 1.0) { return not_a_number(); }
  if (x > 0.5) { return 2.0 * asin_f32(sqrt(0.5 - 0.5 * x)); }
  if (x < -0.5) { return 3.141592653589793 - 2.0 * asin_f32(sqrt(0.5 + 0.5 * x)); }
  return 1.5707963267948966 - asin_f32(x);
}

fn atan_f32(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  var size = magnitude(x);
  var base = 0.0;
  if (size > 2.414213562373095) {
    base = 1.5707963267948966;
    size = select(-1.0 / size, 0.0, is_infinite(x));
  } else if (size > 0.414213562373095) {
    base = 0.7853981633974483;
    size = (size - 1.0) / (size + 1.0);
  }
  let z = size * size;
  var p = 8.05374449538e-2;
  p = p * z - 1.38776856032e-1;
  p = p * z + 1.99777106478e-1;
  p = p * z - 3.33329491539e-1;
  return with_sign(base + (p * z * size + size), x);
}

fn atan2_f32(y: f32, x: f32) -> f32 {
  if (is_nan(x) || is_nan(y)) { return not_a_number(); }
  var angle = 0.0;
  if (is_zero(y)) {
    angle = 0.0;
  } else if (is_zero(x)) {
    return with_sign(1.5707963267948966, y);
  } else if (is_infinite(x) && is_infinite(y)) {
    angle = 0.7853981633974483;
  } else if (is_infinite(y)) {
    angle = 1.5707963267948966;
  } else if (!is_infinite(x)) {
    // Scaled, so that the quotient neither overflows early nor loses bits.
    let a = magnitude(y);
    let b = magnitude(x);
    angle = select(atan_f32(a / b), 1.5707963267948966 - atan_f32(b / a), a > b);
  }
  return with_sign(select(angle, 3.141592653589793 - angle, is_negative(x)), y);
}

fn sinh_f32(x: f32) -> f32 {
  if (is_nan(x) || is_infinite(x) || is_zero(x)) { return x; }
  let size = magnitude(x);
  if (size > 20.0) {
    let root = exp_f32(0.5 * size);
    return with_sign((0.5 * root) * root, x);
  }
  let t = expm1_f32(size);
  return with_sign(0.5 * (t + t / (t + 1.0)), x);
}

fn cosh_f32(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let size = magnitude(x);
  if (is_infinite(x)) { return size; }
  if (size > 20.0) {
    let root = exp_f32(0.5 * size);
    return (0.5 * root) * root;
  }
  let e = exp_f32(size);
  return 0.5 * e + 0.5 / e;
}

// Near zero a polynomial; beyond, with t = e^(2|x|) − 1, tanh |x| = 1 − 2 / (t + 2).
fn tanh_f32(x: f32) -> f32 {
  if (is_nan(x) || is_zero(x)) { return x; }
  let size = magnitude(x);
  if (size < 0.625) {
    let z = x * x;
    var p = 0.0022927450481802225;
    p = p * z - 0.008343945257365704;
    p = p * z + 0.02176891826093197;
    p = p * z - 0.053959257900714874;
    p = p * z + 0.13333304226398468;
    p = p * z - 0.3333333432674408;
    return p * z * x + x;
  }
  let t = expm1_f32(min(2.0 * size, 20.0));
  return with_sign(1.0 - 2.0 / (t + 2.0), x);
}

fn asinh_f32(x: f32) -> f32 {
  if (is_nan(x) || is_infinite(x) || is_zero(x)) { return x; }
  let size = magnitude(x);
  if (size > 1e4) { return with_sign(log_f32(size) + 0.6931471805599453, x); }
  let square = size * size;
  return with_sign(log1p_f32(size + square / (1.0 + sqrt(1.0 + square))), x);
}

fn acosh_f32(x: f32) -> f32 {
  if (is_nan(x) || !(x >= 1.0)) { return not_a_number(); }
  if (is_infinite(x)) { return x; }
  if (x > 1e4) { return log_f32(x) + 0.6931471805599453; }
  let t = x - 1.0;
  return log1p_f32(t + sqrt(2.0 * t + t * t));
}

fn atanh_f32(x: f32) -> f32 {
  let size = magnitude(x);
  if (is_nan(x) || size > 1.0) { return not_a_number(); }
  if (size == 1.0) { return with_sign(infinity(), x); }
  if (size < 1e-4) { return x; }
  return with_sign(0.5 * log1p_f32(2.0 * size / (1.0 - size)), x);
}

// erf for |x| <= 1.
fn erf_near(x: f32) -> f32 {
  let z = x * x;
  var p = -0.000009667044650996104;
  p = p * z + 0.00011265958892181516;
  p = p * z - 0.0008484080317430198;
  p = p * z + 0.005221031606197357;
  p = p * z - 0.026865430176258087;
  p = p * z + 0.11283782124519348;
  p = p * z - 0.37612637877464294;
  p = p * z + 0.128379225730896;
  return p * x + x;
}

const erfc_series = array<f32, 14>(0.697800517, -0.146578535, 0.0123355929, 0.0010490783, -0.000462594762, 0.0000417958872, 0.00000494546475, -0.00000115355726, -7.0760656e-8, 2.97978993e-8, 1.90645366e-9, -8.2542434e-10, -8.29615404e-11, 2.31170014e-11);

// erfc for x >= 1: (x + 1) e^(x²) erfc(x) as a Chebyshev series in (x − 4) / (x + 2). x² is split, since e^(−x²) magnifies its rounding.
fn erfc_far(x: f32) -> f32 {
  if (x > 10.5) { return 0.0; }
  let s = (x - 4.0) / (x + 2.0);
  var series = erfc_series;
  var next = 0.0;
  var last = 0.0;
  for (var k = 13; k >= 1; k = k - 1) {
    let here = 2.0 * s * next - last + series[k];
    last = next;
    next = here;
  }
  let high = bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
  let value = (s * next - last + series[0]) / (x + 1.0);
  return value * exp_f32(-high * high) * exp_f32((high - x) * (high + x));
}

fn erf_f32(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let size = magnitude(x);
  if (size < 1.0) { return select(erf_near(x), x, is_zero(x)); }
  return with_sign(1.0 - erfc_far(size), x);
}

fn erfc_f32(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (magnitude(x) < 1.0) {
    if (x > 0.5) {
      // 1 − erf would lose a bit or two.
      return 0.5 + (0.5 - erf_near(x));
    }
    return 1.0 - erf_near(x);
  }
  if (x > 0.0) { return erfc_far(x); }
  return 2.0 - erfc_far(-x);
}

// A start by M. Giles, "Approximating the erfinv function" (2010), and two steps of Newton's method.
fn erfinv_f32(y: f32) -> f32 {
  let size = magnitude(y);
  if (is_nan(y) || size > 1.0) { return not_a_number(); }
  if (size == 1.0) { return with_sign(infinity(), y); }
  if (is_zero(y)) { return y; }
  let w = -log_f32((1.0 - size) * (1.0 + size));
  var p = 0.0;
  if (w < 5.0) {
    let v = w - 2.5;
    p = 2.81022636e-08;
    p = 3.43273939e-07 + p * v;
    p = -3.5233877e-06 + p * v;
    p = -4.39150654e-06 + p * v;
    p = 0.00021858087 + p * v;
    p = -0.00125372503 + p * v;
    p = -0.00417768164 + p * v;
    p = 0.246640727 + p * v;
    p = 1.50140941 + p * v;
  } else {
    let v = sqrt(w) - 3.0;
    p = -0.000200214257;
    p = 0.000100950558 + p * v;
    p = 0.00134934322 + p * v;
    p = -0.00367342844 + p * v;
    p = 0.00573950773 + p * v;
    p = -0.0076224613 + p * v;
    p = 0.00943887047 + p * v;
    p = 1.00167406 + p * v;
    p = 2.83297682 + p * v;
  }
  var x = p * size;
  let far = size > 0.5;
  let error = select(erf_f32(x) - size, (1.0 - size) - erfc_f32(x), far);
  let newton = error / (1.1283791670955126 * exp_f32(-x * x));
  x = x - newton / (1.0 + x * newton);
  return with_sign(x, y);
}
`,
  [floatFunctions, integerFunctions],
);
