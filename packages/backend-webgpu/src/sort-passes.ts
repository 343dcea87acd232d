/** Sorts of long rows become several passes, each a kernel of its own. */
import type { BufferSpec, Call, Command, DType, Program, SortKernel } from "@cresset/core/backend";
import { rewriteCommands } from "./rewrite.ts";
import type { Machine } from "./wgsl/plan.ts";
import { blockLength, type SortPass } from "./wgsl/sort.ts";

/** Rows up to this length are sorted by counting, in one kernel without temporaries. */
const longestCounted = 128;

/** The program with its long sorts in passes, whose results between them are temporaries at the end of its buffers. */
export function withSortPasses(program: Program, machine: Machine): Program {
  const isLong = ({ extents }: Call): boolean => extents[extents.length - 1] > longestCounted;
  return rewriteCommands(program, ({ kernel, calls }, buffers) => {
    if (kernel.kind !== "sort" || !calls.some(isLong)) return undefined;
    const short = calls.filter((call) => !isLong(call));
    const passes = calls.filter(isLong).flatMap((call) => passesOf(kernel, call, buffers, blockLength(machine)));
    return short.length > 0 ? [{ kernel, calls: short }, ...passes] : passes;
  });
}

function passesOf(kernel: SortKernel, call: Call, buffers: BufferSpec[], block: number): Command[] {
  const { dtype } = kernel.value;
  const length = call.extents.reduce((a, b) => a * b, 1);
  const row = call.extents[kernel.axes - 1];
  if (row <= block) {
    const whole: SortPass = { ...kernel, key: `whole ${kernel.key}`, pass: "whole", from: [-1, -1], to: [-1, -1] };
    return [{ kernel: whole, calls: [call] }];
  }
  const temporary = (of: DType): number => buffers.push({ dtype: of, length, role: "temporary", offset: 0 }) - 1;
  const temporaries = (): [number, number] => [temporary(dtype), temporary("int32")];
  let from = temporaries();
  const passes: Command[] = [
    { kernel: blockPass(kernel), calls: [{ ...call, buffers: withTarget(call.buffers, kernel.target, from) }] },
  ];
  let to: [number, number] | null = null;
  for (let width = block; width < row; width *= 2) {
    const last = 2 * width >= row;
    to ??= last ? null : temporaries();
    const written = last || to === null ? [call.buffers[kernel.target]] : to;
    passes.push({
      kernel: mergePass(kernel, last),
      calls: [{ ...call, buffers: [...from, ...written], extents: [...call.extents, width] }],
    });
    if (to !== null) [from, to] = [to, from];
  }
  return passes;
}

/** Buffers of a call in which values take the place of the target, and positions come last. */
function withTarget(buffers: readonly number[], target: number, [values, positions]: [number, number]): number[] {
  return [...buffers.map((buffer, i) => (i === target ? values : buffer)), positions];
}

function blockPass(kernel: SortKernel): SortPass {
  const { dtype } = kernel.value;
  const { operands, target } = kernel;
  return {
    ...kernel,
    key: `blocks of ${kernel.key}`,
    operands: [
      ...operands.map((operand, i) => (i === target ? ({ dtype, access: "write" } as const) : operand)),
      { dtype: "int32", access: "write" },
    ],
    pass: "blocks",
    from: [-1, -1],
    to: [target, operands.length],
  };
}

function mergePass(kernel: SortKernel, last: boolean): SortPass {
  const { dtype } = kernel.value;
  const read = [
    { dtype, access: "read" },
    { dtype: "int32", access: "read" },
  ] as const;
  const common = {
    ...kernel,
    name: `${kernel.name}_merge`,
    axes: kernel.axes + 1,
    from: [0, 1],
    // What is compared has been computed.
    value: { kind: "load", dtype, operand: 0, index: { kind: "constant", value: 0 } },
  } as const;
  if (last)
    return {
      ...common,
      key: `last merge of ${kernel.key}`,
      operands: [...read, kernel.operands[kernel.target]],
      pass: "last merge",
      target: 2,
      to: [-1, -1],
    };
  return {
    ...common,
    key: `merge ${dtype} ${kernel.descending} ${kernel.axes}`,
    operands: [...read, { dtype, access: "write" }, { dtype: "int32", access: "write" }],
    index: { kind: "constant", value: 0 },
    arguments: 0,
    pass: "merge",
    target: 2,
    to: [2, 3],
  };
}
