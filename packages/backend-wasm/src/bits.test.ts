import { cpu } from "@cresset/backend-cpu";
import {
  apply,
  axis,
  loop,
  plus,
  quotient,
  reads,
  remainder,
  runOnce,
  store,
  writes,
} from "@cresset/conformance/kernels";
import {
  columns,
  data,
  expressionsOf,
  isApproximated,
  kernels,
  outputs,
  rows,
} from "@cresset/conformance/random-kernels";
import { type BufferSpec, type Call, dtypes, type Expression, type Index, unaryOps } from "@cresset/core/backend";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type WasmOptions, wasm } from "./index.ts";

/** The expression with both axes taken from one position. */
function placed(e: Expression, position: Index): Expression {
  const index = (i: Index): Index => {
    switch (i.kind) {
      case "axis":
        return i.axis === 0 ? quotient(position, columns) : remainder(position, columns);
      case "sum":
        return plus(index(i.left), index(i.right));
      case "product":
      case "quotient":
      case "remainder":
        return { ...i, input: index(i.input) };
      case "value":
        return { ...i, value: placed(i.value, position) };
      default:
        return i;
    }
  };
  switch (e.kind) {
    case "load":
    case "index":
      return { ...e, index: index(e.index) };
    case "apply":
      return { ...e, inputs: e.inputs.map((input) => placed(input, position)) };
    case "cast":
      return { ...e, input: placed(e.input, position) };
    case "guard":
      return {
        ...e,
        bounds: e.bounds.map((bound) => ({ ...bound, index: index(bound.index) })),
        value: placed(e.value, position),
        otherwise: placed(e.otherwise, position),
      };
    default:
      return e;
  }
}

test("vector and scalar code give the same bits", () => {
  fc.assert(
    fc.property(kernels(false), (kernel) => {
      const run = (options: WasmOptions): unknown[] => outputs(wasm(options), kernel);
      const scalar = run({ simd: false });
      expect(run({ relaxedSimd: false, haste: false })).toEqual(scalar);
      expect(run({ relaxedSimd: false })).toEqual(scalar);
    }),
    { numRuns: 300 },
  );
});

test("with fused functions too, a value has the same bits in a vector and alone", () => {
  const backend = wasm();
  const count = rows * columns;
  const position = plus(axis(0), { kind: "argument", slot: 1 });
  const expressions = fc
    .tuple(
      fc.constantFrom(...unaryOps.filter((op) => op !== "not" && isApproximated(op))),
      expressionsOf(false).float32,
    )
    .map(([op, input]) => apply(op, input));
  fc.assert(
    fc.property(expressions, (expression) => {
      const kernel = loop(
        [...reads(...dtypes), writes("float32")],
        1,
        1,
        [store(9, position, placed(expression, position))],
        { arguments: 2 },
      );
      const buffers = [...dtypes, "float32" as const].map(
        (dtype, i): BufferSpec => ({ dtype, length: count, role: i < 9 ? "input" : "output", offset: 0 }),
      );
      const call = (extent: number, start: number): Call => ({
        buffers: buffers.map((_, i) => i),
        arguments: [0, start],
        extents: [extent],
        checks: [],
      });
      const run = (calls: Call[]): unknown[] => {
        const program = {
          buffers,
          arenaBytes: 0,
          arguments: count + 1,
          checks: 0,
          commands: [{ kernel, calls }],
          stateFrom: 1,
        };
        return [...runOnce(backend, program, data, [-3.75, ...Array.from({ length: count }, (_, i) => i)]).arrays[9]];
      };
      const alone = run(Array.from({ length: count }, (_, i) => call(1, i + 1)));
      expect(run([call(count, 1)])).toEqual(alone);
    }),
    { numRuns: 100 },
  );
});

test("everything but approximated functions and float sums has the bits of the cpu backend", () => {
  fc.assert(
    fc.property(kernels(true), (kernel) => {
      expect(outputs(wasm(), kernel)).toEqual(outputs(cpu(), kernel));
    }),
    { numRuns: 300 },
  );
});
