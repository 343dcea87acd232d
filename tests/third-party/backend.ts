/**
 * A backend as somebody outside might start one: it walks over kernels and computes with `scalarMeaning`. It knows
 * nothing but `@cresset/core/backend`, and is slow.
 *
 * `npm run conformance -- --backend tests/third-party/backend.ts`
 */
import {
  type Backend,
  type BackendBuffer,
  BackendError,
  type DType,
  dtypes,
  type Executable,
  floatToHalf,
  type HostArray,
  halfToFloat,
  hostArray,
  type Scalar,
} from "@cresset/core/backend";
import { Machine } from "./machine.ts";

/** A buffer is a JavaScript array of numbers; those of int64 are bigints. */
interface Cells extends BackendBuffer {
  readonly cells: Scalar[];
}

const filled = (dtype: DType, length: number): Scalar[] => new Array<Scalar>(length).fill(dtype === "int64" ? 0n : 0);

function cellsOf(buffer: BackendBuffer): Scalar[] {
  if (!("cells" in buffer)) throw new BackendError("walker: a buffer of another backend");
  return (buffer as Cells).cells;
}

function read(buffer: BackendBuffer): HostArray {
  const host = hostArray(buffer.dtype, buffer.length);
  const encode = buffer.dtype === "float16" ? (x: Scalar) => floatToHalf(Number(x)) : (x: Scalar) => x;
  for (const [i, x] of cellsOf(buffer).entries()) host[i] = encode(x) as never;
  return host;
}

function write(buffer: BackendBuffer, data: HostArray): void {
  const cells = cellsOf(buffer);
  for (let i = 0; i < cells.length; i++) cells[i] = buffer.dtype === "float16" ? halfToFloat(Number(data[i])) : data[i];
}

function run({ program }: Executable, given: readonly BackendBuffer[], args: readonly (number | bigint)[]): number {
  let next = 0;
  const cells = program.buffers.map((b) =>
    b.role === "temporary" ? filled(b.dtype, b.length) : cellsOf(given[next++]),
  );
  const failed = new Set<number>();
  for (const [n, { kernel, calls }] of program.commands.entries()) {
    if (n === program.stateFrom && failed.size > 0) break;
    for (const call of calls) new Machine(cells, call, args, failed).run(kernel);
  }
  return failed.size === 0 ? -1 : Math.min(...failed);
}

export default function walker(): Backend {
  return {
    name: "walker",
    dtypes: new Set(dtypes),
    synchronous: true,
    memoryLimit: Number.POSITIVE_INFINITY,
    allocate: (dtype, length): Cells => ({ dtype, length, cells: filled(dtype, length) }),
    release: () => undefined,
    write,
    read: async (buffer) => read(buffer),
    readSync: read,
    compile: (program) => ({ program }),
    run,
    explain: (program) => program.commands.map(({ kernel }) => kernel.key).join("\n"),
    info: () => ({}),
  };
}
