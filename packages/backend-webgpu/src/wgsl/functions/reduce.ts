import { gammaFunctions } from "./gamma.ts";
import { library } from "./library.ts";

/** Steps of reductions and scans. */
export const reduceFunctions = library(
  `
fn add_compensated(sum: vec2f, x: f32) -> vec2f {
  let next = two_sum(sum.x, x);
  return vec2f(next.x, sum.y + next.y);
}

fn join_compensated(x: vec2f, y: vec2f) -> vec2f {
  let next = two_sum(x.x, y.x);
  return vec2f(next.x, (x.y + y.y) + next.y);
}

// An infinite sum has lost NaN.
fn sum_of_parts(sum: vec2f) -> f32 {
  return select(sum.x + sum.y, sum.x, is_nan(sum.y));
}

// The first NaN is the greatest.
fn beats_max(x: f32, y: f32) -> bool {
  return !is_nan(y) && (is_nan(x) || ordered(x) > ordered(y));
}

fn beats_min(x: f32, y: f32) -> bool {
  return !is_nan(y) && (is_nan(x) || ordered(x) < ordered(y));
}

// log(eˣ + eʸ), without overflow.
fn log_add_exp(x: f32, y: f32) -> f32 {
  let high = max_f32(x, y);
  let low = min_f32(x, y);
  if (is_nan(high) || (is_infinite(high) && ordered(high) == ordered(low))) { return high; }
  return high + log1p_f32(exp_f32(low - high));
}
`,
  [gammaFunctions],
);
