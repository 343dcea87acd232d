import type { Kernel } from "@cresset/core/backend";
import { type CallLayout, callLayout, headerWords } from "../call-layout.ts";
import { type ContractionVariant, planContraction, threadsOf, writeContraction } from "./contraction.ts";
import { type LoopVariant, planLoop, writeLoop } from "./loop.ts";
import { header, parameter } from "./parameters.ts";
import type { OwnPlace, Placement } from "./placement.ts";
import type { Machine, Plan } from "./plan.ts";
import { planScan, type ScanVariant, scanThreads, writeScan } from "./scan.ts";
import { planScatter, type ScatterVariant, writeScatter } from "./scatter.ts";
import { planSort, type SortVariant, sortThreads, writeSort } from "./sort.ts";
import { Writer } from "./writer.ts";

/** Whether a kernel runs whatever happened, only if no check of the run has failed, or only if one has. */
export type Guard = "none" | "unless failed" | "if failed";

/** Whether the dispatches of a kernel are of one call each, whose record is then known: what it gives is the same for all threads. */
export type Calls = "one" | "several";

/** A plan with what the writer of its kernel kind needs to know. */
export type KernelPlan = Plan &
  Partial<{
    /** Whether loads within bounds are written without branches. */
    readonly branchless: boolean;
    readonly loop: LoopVariant;
    readonly contraction: ContractionVariant;
    readonly scatter: ScatterVariant;
    readonly scan: ScanVariant;
    readonly sort: SortVariant;
  }>;

export function planKernel(kernel: Kernel, extents: readonly number[], machine: Machine): KernelPlan {
  // Software adapters take long to compile branches: minutes, where there are some in a loop.
  return { ...planOf(kernel, extents, machine), branchless: !machine.cooperative };
}

function planOf(kernel: Kernel, extents: readonly number[], machine: Machine): KernelPlan {
  switch (kernel.kind) {
    case "loop":
      return planLoop(kernel, extents, machine);
    case "contraction":
      return planContraction(kernel, extents, machine);
    case "scatter":
      return planScatter(kernel, extents);
    case "scan":
      return planScan(kernel, extents, machine);
    case "sort":
      return planSort(kernel, extents, machine);
  }
}

/** Whether a kernel takes four elements of an operand at a time, if they have a buffer of their own. */
export function takesFours({ loop, contraction }: KernelPlan, operand: number): boolean {
  const fours = loop?.fours ?? (contraction?.kind === "tile" ? contraction.fours : []);
  return fours.includes(operand);
}

/** Threads in a workgroup. */
function threads(plan: KernelPlan): number {
  if (plan.scan) return scanThreads(plan.scan);
  if (plan.sort) return sortThreads(plan.sort);
  if (plan.loop) return plan.loop.rows * plan.loop.lanes;
  return plan.contraction ? threadsOf(plan.contraction) : 64;
}

/** The WGSL of a kernel for one plan and one placement of its operands. */
export function kernelText(kernel: Kernel, placement: Placement, plan: KernelPlan, guard: Guard, calls: Calls): string {
  const layout = callLayout(kernel);
  const writer = new Writer(kernel, placement, layout);
  writer.branchless = plan.branchless === true;
  writeBindings(writer, guard);
  if (guard !== "none") writeGuard(writer, guard);
  writeCall(writer, layout, calls);
  switch (kernel.kind) {
    case "loop":
      if (plan.loop) writeLoop(writer, kernel, plan.loop);
      break;
    case "contraction":
      if (plan.contraction) writeContraction(writer, kernel, plan.contraction);
      break;
    case "scatter":
      if (plan.scatter) writeScatter(writer, kernel, plan.scatter);
      break;
    case "scan":
      if (plan.scan) writeScan(writer, kernel, plan.scan);
      break;
    case "sort":
      if (plan.sort) writeSort(writer, kernel, plan.sort);
      break;
  }
  const builtins = [
    "@builtin(workgroup_id) id: vec3u",
    "@builtin(num_workgroups) ids: vec3u",
    "@builtin(local_invocation_index) thread_id: u32",
    ...(writer.subgroups
      ? ["@builtin(subgroup_size) subgroup_size: u32", "@builtin(subgroup_invocation_id) subgroup_invocation: u32"]
      : []),
  ];
  return [
    ...(writer.half ? ["enable f16;"] : []),
    ...(writer.subgroups ? ["enable subgroups;"] : []),
    ...writer.declarations,
    ...writer.functions,
    `// ${kernel.name} (${kernel.kind})
@compute @workgroup_size(${threads(plan)})
fn main(${builtins.join(", ")}) {`,
    ...writer.body,
    "}",
    "",
  ].join("\n");
}

function writeBindings(writer: Writer, guard: Guard): void {
  const { placement, kernel } = writer;
  if (placement.heap) {
    writer.declare(`@group(0) @binding(0) var<storage, read_write> heap: array<u32>;`);
  }
  if (placement.packed >= 0)
    writer.declare(`@group(0) @binding(${placement.packed}) var<storage, read_write> packed: array<u32>;`);
  placement.places.forEach((place, n) => {
    if (place.kind !== "own") return;
    const access = place.writable ? "read_write" : "read";
    for (let part = 0; part < place.parts; part++) {
      const name = place.parts === 1 ? `b${n}` : `b${n}_${part}`;
      const element = place.fours ? `vec4<${place.storage}>` : place.storage;
      writer.declare(`@group(0) @binding(${place.binding + part}) var<storage, ${access}> ${name}: array<${element}>;`);
    }
    if (place.parts > 1) declareParts(writer, n, place);
  });
  writer.declare("@group(1) @binding(0) var<uniform> parameters: array<vec4u, 4096>;");
  if (kernel.checks > 0 || guard !== "none")
    writer.declare("@group(1) @binding(1) var<storage, read_write> status: array<atomic<u32>>;");
}

/** Functions that find an element in one of several bindings. */
function declareParts(writer: Writer, n: number, { storage, writable, parts, partLength }: OwnPlace): void {
  const inEach = (act: (element: string) => string): string[] =>
    Array.from({ length: parts }, (_, part) => {
      const element = `b${n}_${part}[${part === 0 ? "i" : `i - ${part * partLength}`}]`;
      return part === parts - 1 ? `  ${act(element)}` : `  if (i < ${(part + 1) * partLength}) { ${act(element)} }`;
    });
  const load = inEach((element) => `return ${element};`);
  writer.declare(`fn load_b${n}(i: i32) -> ${storage} {\n${load.join("\n")}\n}`);
  if (!writable) return;
  const store = inEach((element) => `${element} = x; return;`);
  writer.declare(`fn store_b${n}(i: i32, x: ${storage}) {\n${store.join("\n")}\n}`);
}

/** Finds the call that this workgroup belongs to, and names what the call gives. */
function writeCall(writer: Writer, layout: CallLayout, calls: Calls): void {
  const { kernel, placement } = writer;
  const vectors = layout.words / 4;
  const first = headerWords / 4;
  writer.line("let flat = id.x + id.y * ids.x;");
  writer.line(`if (flat >= ${header(1)}) { return; }`);
  if (calls === "one") {
    writer.line(`const record = ${first}u;`);
    writer.line("let workgroup = i32(flat);");
  } else {
    writer.line(`var record = ${first}u;`);
    writer.open(`for (var call = 1u; call < ${header(0)}; call++)`);
    writer.line(`if (flat < parameters[${first}u + call * ${vectors}u].x) { break; }`);
    writer.line(`record = ${first}u + call * ${vectors}u;`);
    writer.close();
    writer.line(`let workgroup = i32(flat - ${parameter(layout.workgroup)});`);
  }
  writer.line("let thread = i32(thread_id);");
  placement.places.forEach((place, n) => {
    if (place.kind !== "own") writer.line(`let o${n} = ${parameter(layout.operand(n))};`);
  });
  for (let axis = 0; axis < kernel.axes; axis++) writer.line(`let n${axis} = i32(${parameter(layout.extent(axis))});`);
}

/** Ends the kernel if it is not to run: all threads of a workgroup or none, as barriers may follow. */
function writeGuard(writer: Writer, guard: Guard): void {
  const stop = writer.workgroupArray("stop", "u32", 1);
  const [fine, failed] = guard === "unless failed" ? ["0u", "1u"] : ["1u", "0u"];
  writer.line(
    `if (thread_id == 0u) { ${stop}[0] = select(${fine}, ${failed}, atomicLoad(&status[${header(2)}]) != 0xffffffffu); }`,
  );
  writer.line(`if (workgroupUniformLoad(&${stop}[0]) != 0u) { return; }`);
}
