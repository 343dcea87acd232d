import type { Kernel } from "@cresset/core/backend";
import type { FunctionBody } from "../assembler/module.ts";
import type { Features } from "../features.ts";
import { contractionScratch, writeContraction } from "./contraction.ts";
import { writeLoop } from "./loop.ts";
import { writeScan } from "./scan.ts";
import { writeScatter } from "./scatter.ts";
import { recordKindOf, writeSort } from "./sort.ts";
import { sortBytes } from "./sort-rows.ts";
import { KernelWriter, type Target } from "./writer.ts";

/** The body of a kernel's function; its parameters are the addresses of a call's record and of scratch memory. */
export function kernelBody(kernel: Kernel, target: Target): FunctionBody {
  const w = new KernelWriter(kernel, target);
  switch (kernel.kind) {
    case "loop":
      writeLoop(w, kernel);
      break;
    case "contraction":
      writeContraction(w, kernel);
      break;
    case "scatter":
      writeScatter(w, kernel);
      break;
    case "scan":
      writeScan(w, kernel);
      break;
    case "sort":
      writeSort(w, kernel);
      break;
  }
  return w.e.finish();
}

/** Bytes of scratch memory that a call of the kernel needs. */
export function scratchBytes(kernel: Kernel, extents: readonly number[], features: Features): number {
  if (kernel.kind === "contraction") return contractionScratch(kernel, extents, features);
  return kernel.kind === "sort" ? sortBytes(recordKindOf(kernel.value.dtype), extents[kernel.axes - 1] ?? 1) : 0;
}
