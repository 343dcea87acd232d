import { exponentialFunctions } from "./exponential.ts";
import { library } from "./library.ts";

/**
 * Hyperbolic functions of float32 and their inverses. Polynomials without a name beside them are interpolations in Chebyshev
 * nodes of what their comment names.
 */
export const hyperbolicFunctions = library(
  `
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
`,
  [exponentialFunctions],
);
