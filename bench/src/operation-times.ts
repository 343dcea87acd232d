/**
 * Nanoseconds that the wasm backend takes for an element of each scalar operation of float32, on one thread, in vectors:
 * where the figures of `packages/backend-wasm/src/threads/work.ts` come from.
 *
 *     node --conditions=@cresset/source bench/src/operation-times.ts
 */
import { wasm } from "@cresset/backend-wasm";
import {
  type BackendBuffer,
  binaryOps,
  compareOps,
  type Expression,
  type Index,
  type Kernel,
  type Program,
  type ScalarOp,
  unaryOps,
} from "@cresset/core/backend";

const length = 4096;
const turns = 200;
const backend = wasm({ threads: 1 });
const columns = (low: number, high: number): BackendBuffer => {
  const buffer = backend.allocate("float32", length);
  backend.write(
    buffer,
    Float32Array.from({ length }, (_, i) => low + (high - low) * ((i * 0.618034) % 1)),
  );
  return buffer;
};

/** Nanoseconds per element: the least of many turns. */
function time(kernel: Kernel, buffers: readonly BackendBuffer[], extents: readonly number[]): number {
  const program: Program = {
    buffers: kernel.operands.map(({ dtype, access }) => ({
      dtype,
      length,
      role: ({ read: "input", write: "output", update: "update" } as const)[access],
      offset: 0,
    })),
    arenaBytes: 0,
    arguments: 0,
    checks: 0,
    commands: [{ kernel, calls: [{ buffers: buffers.map((_, i) => i), arguments: [], extents, checks: [] }] }],
    stateFrom: 1,
  };
  const executable = backend.compile(program);
  const warmUntil = performance.now() + 60;
  while (performance.now() < warmUntil) backend.run(executable, buffers, []);
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < turns; turn++) {
    const start = performance.now();
    for (let i = 0; i < 4; i++) backend.run(executable, buffers, []);
    best = Math.min(best, (performance.now() - start) / 4);
  }
  return (1e6 * best) / length;
}

const x: Expression = { kind: "load", dtype: "float32", operand: 0, index: { kind: "axis", axis: 0 } };
const y: Expression = { ...x, operand: 1 };
const float = { dtype: "float32", access: "read" } as const;
const out = { dtype: "float32", access: "write" } as const;
let keys = 0;

function elementwise(value: Expression): number {
  const kernel: Kernel = {
    kind: "loop",
    key: `time ${keys++}`,
    name: "time",
    operands: [float, float, out],
    axes: 1,
    outer: 1,
    body: [{ kind: "store", operand: 2, index: { kind: "axis", axis: 0 }, value }],
    arguments: 0,
    checks: 0,
  };
  return time(kernel, [domain, second, result], [length]);
}

/** Where an operation is at home, if not in [-3, 3]. */
const domains: Partial<Record<ScalarOp, readonly [number, number]>> = {
  sqrt: [0, 3],
  log: [0.1, 9],
  log2: [0.1, 9],
  log10: [0.1, 9],
  log1p: [-0.5, 9],
  asin: [-1, 1],
  acos: [-1, 1],
  atanh: [-1, 1],
  acosh: [1, 9],
  erfinv: [-1, 1],
  pow: [0.1, 3],
  lgamma: [0.1, 9],
};
const result = backend.allocate("float32", length);
const second = columns(0.5, 3);
let domain = columns(-3, 3);
const copy = elementwise(x);
console.log(`copy ${copy.toFixed(2)}`);
const integers = new Set<ScalarOp>(["not", "and", "or", "xor", "shl", "shr", "gcd"]);
for (const op of [...unaryOps, ...binaryOps, ...compareOps]) {
  if (integers.has(op)) continue;
  domain = columns(...(domains[op] ?? [-3, 3]));
  const first: Expression = op === "polygamma" ? { kind: "constant", dtype: "float32", value: 1 } : x;
  const inputs = (unaryOps as readonly string[]).includes(op) ? [x] : [first, y];
  const isCompare = (compareOps as readonly string[]).includes(op);
  const applied: Expression = { kind: "apply", op, dtype: isCompare ? "bool" : "float32", inputs };
  const value: Expression = isCompare
    ? { kind: "apply", op: "where", dtype: "float32", inputs: [applied, x, y] }
    : applied;
  console.log(`${op} ${Math.max(0, elementwise(value) - copy).toFixed(2)}`);
}

domain = columns(-3, 3);
/** Element of the second axis in the row of the first. */
const place = (row: number): Index => ({
  kind: "sum",
  left: { kind: "product", input: { kind: "axis", axis: 0 }, by: row },
  right: { kind: "axis", axis: 1 },
});
const common = { name: "time", axes: 2, arguments: 0, checks: 0 } as const;
for (const row of [16, 256, 4096]) {
  const value: Expression = { ...x, index: place(row) };
  const extents = [length / row, row];
  const integer = backend.allocate("int64", length);
  const sort: Kernel = {
    ...common,
    kind: "sort",
    key: `time ${keys++}`,
    operands: [float, { dtype: "int64", access: "write" }],
    descending: false,
    value,
    target: 1,
    index: place(row),
  };
  const scan: Kernel = {
    ...common,
    kind: "scan",
    key: `time ${keys++}`,
    operands: [float, out],
    op: "sum",
    dtype: "float32",
    value,
    target: 1,
    index: place(row),
  };
  const scatter: Kernel = {
    ...common,
    kind: "scatter",
    key: `time ${keys++}`,
    operands: [float, { dtype: "float32", access: "update" }],
    mode: "sum",
    value,
    target: 1,
    index: { kind: "axis", axis: 1 },
  };
  const sum: Kernel = {
    ...common,
    kind: "loop",
    key: `time ${keys++}`,
    operands: [float, out],
    outer: 1,
    body: [
      { kind: "inner", axes: [1], body: [], reductions: [{ register: 0, op: "sum", dtype: "float32", value }] },
      {
        kind: "store",
        operand: 1,
        index: { kind: "axis", axis: 0 },
        value: { kind: "register", dtype: "float32", register: 0 },
      },
    ],
  };
  console.log(`rows of ${row}: sort ${time(sort, [domain, integer], extents).toFixed(2)}`);
  for (const [name, kernel] of Object.entries({ scan, scatter, sum }))
    console.log(`rows of ${row}: ${name} ${time(kernel, [domain, result], extents).toFixed(2)}`);
}
