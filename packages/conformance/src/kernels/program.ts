/** A small program by hand, with all that programs have: temporaries, checks, state. For tests of backends. */
import type { Backend, BackendBuffer, Kernel, Program } from "@cresset/core/backend";
import { apply, axis, constant, load, loop, reads, store, updates, writes } from "./build.ts";

/** What a buffer holds; of a backend that reads synchronously. */
export function contents(backend: Backend, buffer: BackendBuffer): (number | bigint)[] {
  return backend.readSync ? [...backend.readSync(buffer)] : [];
}

/** The first operand at the point. */
export const x = load("float32", 0, axis(0));
export const double: Kernel = loop([...reads("float32"), writes("float32")], 1, 1, [
  store(1, axis(0), apply("mul", x, constant("float32", 2))),
]);
export const check: Kernel = loop(
  reads("float32"),
  1,
  1,
  [{ kind: "check", check: 0, condition: apply("ge", x, constant("float32", 0)) }],
  { checks: 1 },
);
export const accumulate: Kernel = loop([...reads("float32"), updates("float32")], 1, 1, [
  store(1, axis(0), apply("add", load("float32", 1, axis(0)), x)),
]);

/** temporary := 2 input; check both (2 first); then state += temporary. */
export const program: Program = {
  buffers: [
    { dtype: "float32", length: 3, role: "input", offset: 0 },
    { dtype: "float32", length: 3, role: "temporary", offset: 64 },
    { dtype: "float32", length: 3, role: "update", offset: 0 },
  ],
  arenaBytes: 128,
  arguments: 0,
  checks: 3,
  commands: [
    { kernel: double, calls: [{ buffers: [0, 1], arguments: [], extents: [3], checks: [] }] },
    { kernel: check, calls: [{ buffers: [1], arguments: [], extents: [3], checks: [2] }] },
    { kernel: check, calls: [{ buffers: [0], arguments: [], extents: [3], checks: [0] }] },
    { kernel: accumulate, calls: [{ buffers: [1, 2], arguments: [], extents: [3], checks: [] }] },
    { kernel: check, calls: [{ buffers: [2], arguments: [], extents: [3], checks: [1] }] },
  ],
  stateFrom: 3,
};
