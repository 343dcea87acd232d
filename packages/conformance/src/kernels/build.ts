/** Programs by hand, for tests: short names for expressions and indices, and programs of one or more kernels. */
import {
  type Argument,
  type Backend,
  type BackendBuffer,
  type BufferSpec,
  type Command,
  type DType,
  type Expression,
  type HostArray,
  hostArray,
  type Index,
  isCompare,
  type Kernel,
  type LoopKernel,
  type Program,
  type ReduceOp,
  type ScalarOp,
  type Statement,
} from "@cresset/core/backend";

export const constantIndex = (value: number): Index => ({ kind: "constant", value });
export const axis = (n: number): Index => ({ kind: "axis", axis: n });
export const times = (input: Index, by: number): Index => ({ kind: "product", input, by });
export const plus = (...indices: Index[]): Index => indices.reduce((left, right) => ({ kind: "sum", left, right }));
export const quotient = (input: Index, by: number): Index => ({ kind: "quotient", input, by });
export const remainder = (input: Index, by: number): Index => ({ kind: "remainder", input, by });
export const fromValue = (value: Expression, extent: number): Index => ({ kind: "value", value, extent });

export const constant = (dtype: DType, value: number | bigint): Expression => ({ kind: "constant", dtype, value });
export const load = (dtype: DType, operand: number, index: Index): Expression => ({
  kind: "load",
  dtype,
  operand,
  index,
});
export const register = (dtype: DType, n: number): Expression => ({ kind: "register", dtype, register: n });
export const cast = (dtype: DType, input: Expression): Expression => ({ kind: "cast", dtype, input });
export const apply = (op: ScalarOp, ...inputs: Expression[]): Expression => ({
  kind: "apply",
  op,
  dtype: isCompare(op) ? "bool" : inputs[inputs.length - 1].dtype,
  inputs,
});
export const guard = (
  index: Index,
  extent: number,
  step: number,
  value: Expression,
  otherwise: Expression,
): Expression => ({
  kind: "guard",
  dtype: value.dtype,
  bounds: [{ index, extent, step }],
  value,
  otherwise,
});

export const store = (operand: number, index: Index, value: Expression): Statement => ({
  kind: "store",
  operand,
  index,
  value,
});
export const define = (n: number, value: Expression): Statement => ({ kind: "let", register: n, value });
export const reduce = (
  axes: number[],
  n: number,
  op: ReduceOp,
  value: Expression,
  body: Statement[] = [],
): Statement => ({
  kind: "inner",
  axes,
  body,
  reductions: [{ register: n, op, dtype: op === "argmax" || op === "argmin" ? "int64" : value.dtype, value }],
});

let keys = 0;

export const loop = (
  operands: LoopKernel["operands"],
  axes: number,
  outer: number,
  body: Statement[],
  more: Partial<LoopKernel> = {},
): LoopKernel => ({
  kind: "loop",
  key: `test${keys++}`,
  name: "test",
  operands,
  axes,
  outer,
  body,
  arguments: 0,
  checks: 0,
  ...more,
});

export const reads = (...dtypes: DType[]): { dtype: DType; access: "read" }[] =>
  dtypes.map((dtype) => ({ dtype, access: "read" }));
export const writes = (dtype: DType): { dtype: DType; access: "write" } => ({ dtype, access: "write" });
export const updates = (dtype: DType): { dtype: DType; access: "update" } => ({ dtype, access: "update" });

/** A program of one call of one kernel; every buffer is external, in the order of the kernel's operands. */
export function single(kernel: Kernel, lengths: number[], extents: number[]): Program {
  const role = { read: "input", write: "output", update: "update" } as const;
  const buffers = kernel.operands.map(
    ({ dtype, access }, i): BufferSpec => ({ dtype, length: lengths[i], role: role[access], offset: 0 }),
  );
  const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const call = {
    buffers: count(buffers.length),
    arguments: count(kernel.arguments),
    extents,
    checks: count(kernel.checks),
  };
  const commands: Command[] = [{ kernel, calls: [call] }];
  return { buffers, arenaBytes: 0, arguments: kernel.arguments, checks: kernel.checks, commands, stateFrom: 1 };
}

/** Allocates and fills the external buffers of a program. */
function filled(backend: Backend, program: Program, data: readonly (HostArray | undefined)[]): BackendBuffer[] {
  const external = program.buffers.filter((buffer) => buffer.role !== "temporary");
  return external.map(({ dtype, length }, i) => {
    const buffer = backend.allocate(dtype, length);
    backend.write(buffer, data[i] ?? hostArray(dtype, length));
    return buffer;
  });
}

/** Like `runOnce`, on any backend. */
export async function runOnceAsync(
  backend: Backend,
  program: Program,
  data: readonly (HostArray | undefined)[],
  args: readonly Argument[] = [],
): Promise<{ arrays: HostArray[]; status: number }> {
  const buffers = filled(backend, program, data);
  const status = backend.run(backend.compile(program), buffers, args);
  // Its reason comes first: reads of what was not written may fail for it too.
  const [end, arrays] = await Promise.all([status, Promise.all(buffers.map((buffer) => backend.read(buffer)))]);
  if (typeof end !== "number") throw end;
  return { arrays, status: end };
}

/** Compiles and runs once; gives the contents of all external buffers, and the status. */
export function runOnce(
  backend: Backend,
  program: Program,
  data: readonly (HostArray | undefined)[],
  args: readonly Argument[] = [],
): { arrays: HostArray[]; status: number } {
  const buffers = filled(backend, program, data);
  const status = backend.run(backend.compile(program), buffers, args);
  if (typeof status !== "number" || !backend.readSync) throw new Error("not a synchronous backend");
  const read = backend.readSync;
  return { arrays: buffers.map((buffer) => read(buffer)), status };
}
