import type { Kernel } from "@cresset/core/backend";
import type { KernelFunction } from "../kernel-function.ts";
import { writeContraction } from "./contraction.ts";
import { helpers } from "./helpers.ts";
import { writeLoop } from "./loop.ts";
import { writeScan } from "./scan.ts";
import { writeScatter } from "./scatter.ts";
import { writeSort } from "./sort.ts";
import { Writer } from "./writer.ts";

function writeKernel(writer: Writer, kernel: Kernel): void {
  kernel.operands.forEach((_, i) => {
    writer.line(`const m${i} = memory[call.buffers[${i}]];`);
  });
  for (let axis = 0; axis < kernel.axes; axis++) writer.line(`const n${axis} = call.extents[${axis}];`);
  for (let slot = 0; slot < kernel.arguments; slot++) writer.line(`const a${slot} = args[call.arguments[${slot}]];`);
  switch (kernel.kind) {
    case "loop":
      writeLoop(writer, kernel);
      break;
    case "contraction":
      writeContraction(writer, kernel);
      break;
    case "scatter":
      writeScatter(writer, kernel);
      break;
    case "scan":
      writeScan(writer, kernel);
      break;
    case "sort":
      writeSort(writer, kernel);
      break;
  }
}

const identifier = (name: string): string => `kernel_${name.replace(/\W/g, "_")}`;

/** The JavaScript of a kernel: the body of a function of `helpers` that returns the `KernelFunction`. */
export function kernelSource(kernel: Kernel): string {
  const writer = new Writer(kernel);
  writeKernel(writer, kernel);
  const used = [...writer.helpers].sort();
  const head = used.length > 0 ? `const { ${used.join(", ")} } = helpers;\n` : "";
  const body = writer.text.replace(/^(?=.)/gm, "  ");
  return `"use strict";\n${head}return function ${identifier(kernel.name)}(memory, call, args, failed) {\n${body}\n};\n`;
}

/** Whether this environment lets code be made from text; a Content-Security-Policy may forbid it. */
export function canGenerate(): boolean {
  try {
    return new Function("return true")() === true;
  } catch {
    return false;
  }
}

/** Compiles a kernel to JavaScript. */
export function generateKernel(kernel: Kernel): KernelFunction {
  return new Function("helpers", kernelSource(kernel))(helpers);
}
