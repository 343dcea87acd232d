import { type DType, dtypes, type HostArray, hostArray } from "../dtype/dtype.ts";
import type { Backend, BackendBuffer, Executable } from "./backend.ts";
import type { Program } from "./program.ts";

/**
 * A backend that computes nothing: every value reads as zeros. Measures and tests all that is not a kernel.
 *
 * @param options `memoryLimit` in bytes, to test what happens under memory pressure. Default: none.
 */
export function nullBackend(options: { readonly memoryLimit?: number } = {}): Backend {
  return {
    name: "null",
    dtypes: new Set(dtypes),
    synchronous: true,
    memoryLimit: options.memoryLimit ?? Number.POSITIVE_INFINITY,
    allocate: (dtype: DType, length: number): BackendBuffer => ({ dtype, length }),
    release: () => undefined,
    write: () => undefined,
    read: async (buffer): Promise<HostArray> => hostArray(buffer.dtype, buffer.length),
    readSync: (buffer): HostArray => hostArray(buffer.dtype, buffer.length),
    compile: (program: Program): Executable => ({ program }),
    run: () => -1,
    explain: (program) => program.commands.map((c) => `${c.kernel.name} × ${c.calls.length}`).join("\n"),
    info: () => ({}),
  };
}
