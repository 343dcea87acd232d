import { exponentialFunctions } from "./exponential.ts";
import { library } from "./library.ts";

/**
 * The error function of float32, its complement and its inverse. Polynomials without a name beside them are interpolations in Chebyshev
 * nodes of what their comment names.
 */
export const errorFunctions = library(
  `
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
  [exponentialFunctions],
);
