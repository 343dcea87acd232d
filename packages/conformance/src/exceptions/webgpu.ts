import type { Exception } from "../exceptions.ts";

/** Elements that are 0, infinite or NaN where PyTorch's are not, or where PyTorch's are below 2⁻¹²⁶. */
const flushed =
  /^[^:]+: (?:\[[\d, ]*\] expected (?:\S+, got (?:-?0|NaN|-?Infinity)|-?[\d.]+e-(?:39|4\d), got \S+)(?:;? ))+(?:and \d+ more )?of \d+ elements/;

/** Cases that the webgpu backend is known not to pass. */
export const exceptions: readonly Exception[] = [
  {
    cases: "*",
    mismatch: /the device "webgpu" has no float64/,
    reason: "WGSL has no 64-bit floats; the device says so where one is asked for",
  },
  {
    cases: "*",
    tag: "edge",
    mismatch: flushed,
    reason:
      "the WGSL specification lets an implementation take subnormal numbers for 0, operands and results on the way among them",
  },
  {
    cases: "*",
    mismatch: /runs on the host, and the device "webgpu" cannot be read synchronously/,
    reason: "decompositions run on the host, and a device that is read asynchronously asks to move their operands",
  },
  {
    cases: "*Sync*",
    mismatch: /cannot be read synchronously: await the asynchronous form/,
    reason: "a device that is read asynchronously has only the forms that are awaited",
  },
  ...["apply_*", "map_*"].map((cases) => ({
    cases,
    mismatch: /cannot be read synchronously: await the asynchronous form/,
    reason: "they call a function of JavaScript for each element at once",
  })),
  {
    cases: "special.*Polynomial*",
    mismatch: /cannot be read synchronously: await the asynchronous form/,
    reason: "degrees in a tensor are read at the call, since they say how long the recurrence is",
  },
  {
    cases: "rng/rrelu/*",
    reason: "the random slopes are drawn at the call for the values that are negative, which cannot be read then",
  },
  {
    cases: "optim/LBFGS_model/*",
    mismatch: /^expected \d+ evaluations of the closure, got \d+$/,
    reason:
      "its line search compares losses that differ in their last bit, where the WGSL specification leaves the accuracy open",
  },
  {
    cases: "binary/logaddexp2/7",
    reason: "the difference of two functions whose accuracy the WGSL specification leaves open, both within a unit",
  },
];
