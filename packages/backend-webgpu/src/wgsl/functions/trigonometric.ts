import { arithmeticFunctions } from "./arithmetic.ts";
import { library } from "./library.ts";

/**
 * Circular functions of float32 and their inverses, with errors of a few units in the last place however large the angle.
 * Polynomials without a name beside them are interpolations in Chebyshev nodes of what their comment names;
 * those of asin and atan are from the Cephes library. The quotient of `atan2` is that of the smaller operand by the greater one,
 * compared as bits, so that it neither overflows nor loses bits, subnormal operands' neither.
 */
export const trigonometricFunctions = library(
  `
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
    let a = magnitude(y);
    let b = magnitude(x);
    let steep = bitcast<u32>(a) > bitcast<u32>(b);
    angle = atan_f32(div_f32(select(a, b, steep), select(b, a, steep)));
    angle = select(angle, 1.5707963267948966 - angle, steep);
  }
  return with_sign(select(angle, 3.141592653589793 - angle, is_negative(x)), y);
}
`,
  [arithmeticFunctions],
);
