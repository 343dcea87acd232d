import type { Tensor } from "@cresset/core/functions";
import { functional as F } from "@cresset/nn";
import type { Call, Operators } from "../call.ts";

/** The sizes that are asked for, of all dimensions. */
function targetOf(call: Call, x: Tensor, scalesAt: number, sizesAt: number): readonly number[] {
  if (call.has(sizesAt) && call.host(sizesAt).data.length > 0) return call.integers(sizesAt);
  const scales = call.opset < 9 && !call.has(scalesAt) ? call.floats("scales") : call.host(scalesAt).data;
  const sizes = x.shape.map((n, d) => n * (scales[d] ?? 1));
  // Between sizes, the scale and the ratio of the sizes would differ.
  if (sizes.some((n) => !Number.isInteger(n)))
    throw call.error(`scales of ${scales.join(", ")} for [${x.shape.join(", ")}]`);
  return sizes;
}

function resized(call: Call, x: Tensor, target: readonly number[], kind: string): Tensor {
  if (target.length !== x.ndim || x.ndim < 3 || target[0] !== x.shape[0] || target[1] !== x.shape[1])
    throw call.error(`[${x.shape.join(", ")}] resized to [${target.join(", ")}]`);
  const dims = x.ndim - 2;
  const size = target.slice(2);
  if (kind === "nearest") return F.interpolate(x, { size, mode: "nearest" });
  const alignCorners = kind.endsWith("aligned");
  const linear = (["linear", "bilinear", "trilinear"] as const)[dims - 1];
  if (kind.startsWith("cubic") && dims !== 2) throw call.error("cubic interpolation of other than planes");
  return F.interpolate(x, { size, mode: kind.startsWith("cubic") ? "bicubic" : linear, alignCorners });
}

/** The forms that PyTorch has: others place the points differently. */
function resize(call: Call): Tensor {
  const x = call.tensor(0);
  const mode = call.string("mode", "nearest");
  const place = call.opset < 11 ? "asymmetric" : call.string("coordinate_transformation_mode", "half_pixel");
  const target = call.opset < 11 ? targetOf(call, x, 1, 3) : targetOf(call, x, 2, 3);
  if (call.ints("axes") !== undefined || call.int("antialias", 0) !== 0 || call.int("exclude_outside", 0) !== 0)
    throw call.error("axes, antialias or exclude_outside");
  if (mode === "nearest") {
    const rounding = call.opset < 11 ? "floor" : call.string("nearest_mode", "round_prefer_floor");
    // Enlarged by whole factors, both ways of placing points find the same ones.
    const whole = target.every((n, d) => n % x.shape[d] === 0);
    if (
      (place === "asymmetric" && rounding === "floor") ||
      (place === "half_pixel" && rounding === "round_prefer_floor" && whole)
    )
      return resized(call, x, target, "nearest");
  } else if (mode === "linear" || (mode === "cubic" && call.float("cubic_coeff_a", -0.75) === -0.75)) {
    if (place === "align_corners") return resized(call, x, target, `${mode} aligned`);
    // They differ where a single point is all there is.
    if (place === "half_pixel" || (place === "pytorch_half_pixel" && target.every((n) => n > 1)))
      return resized(call, x, target, mode);
  }
  throw call.error(`mode "${mode}" with coordinates "${place}"`);
}

export const resizing: Operators = {
  Resize: resize,
  Upsample: (call) => {
    const x = call.tensor(0);
    if (call.string("mode", "nearest") !== "nearest") throw call.error("other than nearest points");
    return resized(call, x, targetOf(call, x, 1, 3), "nearest");
  },
};
