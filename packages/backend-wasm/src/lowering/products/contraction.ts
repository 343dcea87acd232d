import { type ContractionKernel, type DType, type Expression, isFloat, type Statement } from "@cresset/core/backend";
import type { Features } from "../../features.ts";
import type { RareKernels } from "../../parts.ts";
import { type Assumptions, isWhole } from "../assumptions.ts";
import { writeLoop } from "../loop.ts";
import { addedInChunks, chunkSize } from "../reductions/sum.ts";
import type { KernelWriter } from "../writer.ts";
import { axesOf, range, sizeOf } from "./contraction-axes.ts";
import { most, writeInOrder } from "./in-order.ts";
import { stripScratch, writeStrips } from "./strips.ts";
import { thinScratch, writeThin } from "./thin.ts";

/** How a contraction is computed, apart from small ones. It depends on dtype and sizes only, and so do the last bits. */
function formOf(kernel: ContractionKernel, { simd }: Features): "strips" | "thin" | "reduction" {
  if (kernel.depth === 0) return "reduction";
  if (kernel.rows > 0 && kernel.columns > 0) return "strips";
  return simd && kernel.dtype === "float32" ? "thin" : "reduction";
}

/** Bytes of scratch memory that a contraction of these extents needs. */
export function contractionScratch(
  kernel: ContractionKernel,
  extents: readonly number[],
  features: Features,
  { runs }: RareKernels,
): number {
  const form = formOf(kernel, features);
  if (form === "reduction") return 0;
  if (runs?.way(kernel, extents)) return runs.scratch(kernel, extents, features);
  return form === "strips" ? stripScratch(kernel, extents, features) : thinScratch(kernel, extents);
}

/** Up to so many products, sums in float64 cost less than packing. */
const fewProducts = 1024;

export function contractionAssumptions(
  kernel: ContractionKernel,
  extents: readonly number[],
  features: Features,
  { runs }: RareKernels,
): Assumptions {
  const { batch, depth, dtype } = kernel;
  const products = sizeOf(range(batch, kernel.axes - batch), extents);
  const few = depth > 0 && isFloat(dtype) && dtype !== "float64" && products <= fewProducts;
  const form = few ? "reduction" : formOf(kernel, features);
  const steps = range(kernel.axes - depth, depth);
  return {
    few,
    brief:
      (form === "strips" || (form === "thin" && depth === 1)) &&
      dtype === "float32" &&
      sizeOf(steps, extents) <= most[form] &&
      sizeOf(range(0, kernel.axes), extents) <= most.products,
    way: (form !== "reduction" && runs?.way(kernel, extents)) || 0,
    chunks: form === "reduction" && !few && depth > 0 && addedInChunks(dtype) && sizeOf(steps, extents) >= chunkSize,
    whole: form === "reduction" && isWhole(steps, extents),
    short: false,
  };
}

export function writeContraction(w: KernelWriter, kernel: ContractionKernel): void {
  if (w.assumptions.few) {
    writeReduction(w, kernel, "float64");
    return;
  }
  const form = formOf(kernel, w.target);
  if (w.assumptions.brief && w.hurry()) writeInOrder(w, kernel);
  else if (w.rare.runs && w.assumptions.way) w.rare.runs.write(w, kernel);
  else if (form === "strips") writeStrips(w, kernel);
  else if (form === "thin") writeThin(w, kernel);
  else writeReduction(w, kernel, kernel.dtype === "float16" ? "float32" : kernel.dtype);
}

/** The register of the sum; the program's own are numbered from 0 on. */
const productRegister = -1;

/** A contraction as a reduction over the depth; `dtype`: in which it multiplies and adds. */
function writeReduction(w: KernelWriter, kernel: ContractionKernel, dtype: DType): void {
  const { depth } = axesOf(kernel);
  const register = productRegister;
  const wide = (input: Expression): Expression => (input.dtype === dtype ? input : { kind: "cast", dtype, input });
  const product: Expression = { kind: "apply", op: "mul", dtype, inputs: [wide(kernel.left), wide(kernel.right)] };
  const reduced: Statement =
    depth.length === 0
      ? { kind: "let", register, value: product }
      : { kind: "inner", axes: depth, body: [], reductions: [{ register, op: "sum", dtype, value: product }] };
  const named: Expression = { kind: "register", dtype, register };
  const result: Expression = dtype === kernel.dtype ? named : { kind: "cast", dtype: kernel.dtype, input: named };
  const body: Statement[] = [reduced, { kind: "let", register: kernel.register, value: result }, ...kernel.body];
  writeLoop(w, { ...kernel, kind: "loop", outer: kernel.axes - kernel.depth, body });
}
