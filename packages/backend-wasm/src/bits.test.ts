import { cpu } from "@cresset/backend-cpu";
import {
  apply,
  axis,
  cast,
  constant,
  constantIndex,
  define,
  fromValue,
  guard,
  load,
  loop,
  plus,
  quotient,
  reads,
  reduce,
  register,
  remainder,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import {
  type Backend,
  type BinaryOp,
  type BufferSpec,
  binaryOps,
  type Call,
  compareOps,
  type DType,
  dtypes,
  type Expression,
  floatToHalf,
  type HostArray,
  hostArray,
  type Index,
  isFloat,
  type Kernel,
  type ReduceOp,
  type UnaryOp,
  unaryOps,
} from "@cresset/core/backend";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type WasmOptions, wasm } from "./index.ts";

const rows = 3;
// Four vectors in turn, two vectors and a rest.
const columns = 27;
/** Operands 0 … 8 hold rows × columns values of each dtype, in the order of `dtypes`. */
const operandOf = (dtype: DType): number => dtypes.indexOf(dtype);

const at = plus(times(axis(0), columns), axis(1));
const flipped = plus(times(axis(1), rows), axis(0));
const shifted = plus(at, constantIndex(-2));
const backwards = plus(constantIndex(rows * columns - 1), times(at, -1));
const apart = plus(times(axis(1), 2), axis(0));

const integerOps: readonly UnaryOp[] = ["neg", "abs", "sign", "floor", "not"];
const floatOnly: ReadonlySet<BinaryOp> = new Set<BinaryOp>(["atan2", "copysign", "nextafter", "polygamma"]);
const integerOnly: ReadonlySet<BinaryOp> = new Set<BinaryOp>(["and", "or", "xor", "shl", "shr", "gcd"]);

function constants(dtype: DType): fc.Arbitrary<Expression> {
  if (isFloat(dtype)) return fc.double().map((value) => constant(dtype, value));
  if (dtype === "int64") return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((value) => constant(dtype, value));
  return fc.integer().map((value) => constant(dtype, value));
}

/** Operations of floats that are approximated: their last bits may differ from those of the reference. */
const exactOps = "neg abs sign floor ceil round trunc sqrt add sub mul div fmod max min copysign nextafter".split(" ");
const isApproximated = (op: UnaryOp | BinaryOp): boolean => !exactOps.includes(op);

/** Expressions of each dtype, of any operation that a program may contain; `exact`: without those above. */
const expressionsOf = (exact: boolean) =>
  fc.letrec<Record<DType, Expression>>((tie) => {
    const make = (dtype: DType): fc.Arbitrary<Expression> => {
      const self = tie(dtype);
      const operand = operandOf(dtype);
      const data = fc
        .tuple(tie("int64"), self)
        .map(([position, otherwise]) =>
          guard(shifted, rows * columns - 2, 1, load(dtype, operand, fromValue(position, rows * columns)), otherwise),
        );
      const leaves: fc.Arbitrary<Expression>[] = [
        fc.constant(load(dtype, operand, at)),
        fc.constantFrom(flipped, backwards, apart).map((index) => load(dtype, operand, index)),
        fc.constant(load(dtype, operand, plus(times(quotient(flipped, 5), 5), remainder(at, 2)))),
        constants(dtype),
        fc.constant<Expression>({ kind: "index", dtype, index: at }),
        fc.constant<Expression>({ kind: "argument", dtype, slot: 0 }),
      ];
      const unary = fc
        .constantFrom(
          ...(isFloat(dtype) ? unaryOps.filter((op) => op !== "not" && !(exact && isApproximated(op))) : integerOps),
        )
        .chain((op) => self.map((input) => apply(op, input)));
      const binary = fc
        .constantFrom(
          ...binaryOps.filter((op) =>
            isFloat(dtype) ? !integerOnly.has(op) && !(exact && isApproximated(op)) : !floatOnly.has(op),
          ),
        )
        .chain((op) => fc.tuple(self, self).map(([a, b]) => apply(op, a, b)));
      const fused = fc.tuple(self, self, self).map(([a, b, c]) => apply("fma", a, b, c));
      const chosen = fc.tuple(tie("bool"), self, self).map(([test, a, b]) => apply("where", test, a, b));
      const converted = fc.constantFrom(...dtypes).chain((from) => tie(from).map((input) => cast(dtype, input)));
      const compared = fc
        .constantFrom(...dtypes)
        .chain((from) =>
          fc.tuple(fc.constantFrom(...compareOps), tie(from), tie(from)).map(([op, a, b]) => apply(op, a, b)),
        );
      const guarded = fc
        .tuple(fc.integer({ min: 1, max: 3 }), self, self)
        .map(([step, a, b]) => guard(shifted, 17, step, a, b));
      const inner = [
        unary,
        binary,
        chosen,
        converted,
        guarded,
        data,
        ...(isFloat(dtype) ? [fused] : []),
        ...(dtype === "bool" ? [compared] : []),
      ];
      return fc.oneof(
        { maxDepth: 4, depthIdentifier: "expression", withCrossShrink: true },
        fc.oneof(...leaves),
        ...inner,
      );
    };
    return Object.fromEntries(dtypes.map((dtype) => [dtype, make(dtype)])) as Record<DType, fc.Arbitrary<Expression>>;
  });

const specials = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  3,
  1e10,
  -1e-40,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

function dataOf(dtype: DType): HostArray {
  const array = hostArray(dtype, rows * columns);
  for (let i = 0; i < array.length; i++) {
    const value = i < specials.length ? specials[i] : (i * 7 - 100) / 8;
    if (array instanceof BigInt64Array) array[i] = BigInt.asIntN(64, BigInt(i) ** 19n * (i % 2 === 0 ? 1n : -1n));
    else if (dtype === "float16") array[i] = floatToHalf(value);
    else if (dtype === "bool") array[i] = i % 3 === 0 ? 1 : 0;
    else array[i] = isFloat(dtype) ? value : Math.trunc(value * 37);
  }
  return array;
}

const data = dtypes.map(dataOf);

/** The contents of the written buffers, NaN alike whatever its bits. */
function outputs(backend: Backend, kernel: Kernel): unknown[] {
  const lengths = kernel.operands.map((operand) => (operand.access === "read" ? rows * columns : rows * (columns + 1)));
  const { arrays, status } = runOnce(backend, single(kernel, lengths, [rows, columns]), data, [-3.75]);
  return [status, ...arrays.slice(dtypes.length).map((array) => [...array])];
}

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

const reductions: readonly ReduceOp[] = ["sum", "product", "max", "min", "argmax", "argmin"];

/** A kernel that stores an expression, checks a condition and reduces over the last axis, or the first. */
function kernelOf(
  dtype: DType,
  expression: Expression,
  condition: Expression,
  op: ReduceOp,
  overLast: boolean,
): Kernel {
  const result: DType = op.startsWith("arg") ? "int64" : dtype;
  if (overLast) {
    return loop(
      [...reads(...dtypes), writes(dtype), writes(result)],
      2,
      1,
      [
        reduce([1], 1, op, register(dtype, 0), [
          define(0, expression),
          store(9, plus(times(axis(0), columns + 1), axis(1)), register(dtype, 0)),
          { kind: "check", check: 0, condition },
        ]),
        store(10, axis(0), register(result, 1)),
      ],
      { arguments: 1, checks: 1 },
    );
  }
  // Axis 0 runs over the columns here, axis 1 over the rows: `flipped` is then the row-major position.
  return loop(
    [...reads(...dtypes), writes(dtype), writes(result)],
    2,
    1,
    [
      reduce([1], 1, op, register(dtype, 0), [
        define(0, expression),
        store(9, plus(times(axis(1), rows), axis(0)), register(dtype, 0)),
        { kind: "check", check: 0, condition },
      ]),
      store(10, axis(0), register(result, 1)),
    ],
    { arguments: 1, checks: 1 },
  );
}

function cases(exact: boolean): fc.Arbitrary<Kernel> {
  const expressions = expressionsOf(exact);
  return fc.constantFrom(...dtypes).chain((dtype) =>
    fc
      .tuple(expressions[dtype], expressions.bool, fc.constantFrom(...reductions), fc.boolean())
      .filter(([, , op]) => !exact || !isFloat(dtype) || (op !== "sum" && op !== "product"))
      .map(([expression, condition, op, overLast]) => kernelOf(dtype, expression, condition, op, overLast)),
  );
}

test("vector and scalar code give the same bits", () => {
  fc.assert(
    fc.property(cases(false), (kernel) => {
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
    fc.property(cases(true), (kernel) => {
      expect(outputs(wasm(), kernel)).toEqual(outputs(cpu(), kernel));
    }),
    { numRuns: 300 },
  );
});

test("the expressions of the tests above do evaluate to many different values", () => {
  const seen = new Set<string>();
  const backend = wasm();
  for (const expression of fc.sample(expressionsOf(false).float32, { numRuns: 200, seed: 1 })) {
    const kernel = loop([...reads(...dtypes), writes("float32")], 2, 2, [store(9, at, expression)], { arguments: 1 });
    seen.add(JSON.stringify(outputs(backend, kernel)));
  }
  expect(seen.size).toBeGreaterThan(50);
});
