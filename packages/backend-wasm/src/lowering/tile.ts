/** The multiplication of packed tiles: a function of its own, which every contraction calls for each tile of its result. */
import { Code } from "../assembler/code.ts";
import type { FunctionBody } from "../assembler/module.ts";
import type { MemoryOp, Plain, ValueType } from "../assembler/opcodes.ts";
import type { NumericKind } from "./lanes.ts";

/** What a machine can do, as far as tiles go. */
export interface TileFeatures {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
}

export interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/** Bytes of an element as it is packed. */
export const packedBytes: Readonly<Record<NumericKind, 4 | 8>> = { f32: 4, i32: 4, f64: 8, i64: 8 };

/**
 * The tile that the registers hold: two vectors of columns by as many rows as fit fifteen registers. A separate multiply
 * and add need one more register in flight, for which six rows leave no room.
 */
export function tileOf(kind: NumericKind, { simd, relaxedSimd }: TileFeatures): Tile {
  if (!simd) return { rows: 4, columns: 2 };
  const fused = relaxedSimd && (kind === "f32" || kind === "f64");
  return { rows: fused ? 6 : 4, columns: 32 / packedBytes[kind] };
}

/** The function's name; `half`: the one that computes the first half of the columns only, for the last ones. */
export const tileName = (kind: NumericKind, half: boolean): string => `tile_${kind}${half ? "_half" : ""}`;

/** The body of the function of a name. */
export function tileNamed(name: string, features: TileFeatures): FunctionBody {
  const [, kind, half] = name.split("_");
  return tileBody(kind as NumericKind, features, half !== undefined);
}

/** Addresses of packed rows, packed columns and results; depth; bytes between rows of results; whether they are the first. */
export const tileParameters: readonly ValueType[] = ["i32", "i32", "i32", "i32", "i32", "i32"];

const [leftAt, rightAt, resultAt, depthAt, strideAt, firstAt] = [0, 1, 2, 3, 4, 5];

interface Names {
  readonly type: ValueType;
  readonly load: MemoryOp;
  readonly splat: MemoryOp;
  readonly store: MemoryOp;
  readonly add: Plain;
  readonly mul: Plain;
  readonly fused: Plain | undefined;
}

function namesOf(kind: NumericKind, { simd, relaxedSimd }: TileFeatures): Names {
  if (!simd) {
    return {
      type: kind,
      load: `${kind}.load`,
      splat: `${kind}.load`,
      store: `${kind}.store`,
      add: `${kind}.add`,
      mul: `${kind}.mul`,
      fused: undefined,
    };
  }
  const shape = ({ f32: "f32x4", f64: "f64x2", i32: "i32x4", i64: "i64x2" } as const)[kind];
  return {
    type: "v128",
    load: "v128.load",
    splat: packedBytes[kind] === 4 ? "v128.load32_splat" : "v128.load64_splat",
    store: "v128.store",
    add: `${shape}.add`,
    mul: `${shape}.mul`,
    fused:
      relaxedSimd && kind === "f32"
        ? "f32x4.relaxed_madd"
        : relaxedSimd && kind === "f64"
          ? "f64x2.relaxed_madd"
          : undefined,
  };
}

/** Steps of the depth that one turn of the loop takes. */
const unrolled = 4;

/** results[r, c] (+)= Σ left[k, r] · right[k, c] over packed panels, in the order of k. */
function tileBody(kind: NumericKind, features: TileFeatures, half: boolean): FunctionBody {
  const names = namesOf(kind, features);
  const tile = tileOf(kind, features);
  const bytes = packedBytes[kind];
  const vectorBytes = features.simd ? 16 : bytes;
  const vectors = (tile.columns * bytes) / vectorBytes / (half ? 2 : 1);
  const locals: ValueType[] = [];
  const local = (type: ValueType): number => tileParameters.length + locals.push(type) - 1;
  const sums = Array.from({ length: tile.rows }, () => Array.from({ length: vectors }, () => local(names.type)));
  const right = Array.from({ length: vectors }, () => local(names.type));
  const left = local(names.type);
  const code = new Code();

  const step = (offset: number): void => {
    right.forEach((to, v) => {
      code.index("local.get", rightAt);
      code.memory(names.load, offset * tile.columns * bytes + v * vectorBytes);
      code.index("local.set", to);
    });
    sums.forEach((row, r) => {
      code.index("local.get", leftAt);
      code.memory(names.splat, (offset * tile.rows + r) * bytes);
      code.index("local.set", left);
      row.forEach((sum, v) => {
        if (names.fused) {
          code.index("local.get", left);
          code.index("local.get", right[v]);
          code.index("local.get", sum);
          code.op(names.fused);
        } else {
          code.index("local.get", sum);
          code.index("local.get", left);
          code.index("local.get", right[v]);
          code.op(names.mul);
          code.op(names.add);
        }
        code.index("local.set", sum);
      });
    });
  };
  const bump = (variable: number, by: number): void => {
    code.index("local.get", variable);
    code.i32(by);
    code.op("i32.add");
    code.index("local.set", variable);
  };
  const whileAtLeast = (count: number): void => {
    code.block("block");
    code.index("local.get", depthAt);
    code.i32(count);
    code.op("i32.lt_s");
    code.index("br_if", 0);
    code.block("loop");
    for (let k = 0; k < count; k++) step(k);
    bump(leftAt, count * tile.rows * bytes);
    bump(rightAt, count * tile.columns * bytes);
    bump(depthAt, -count);
    code.index("local.get", depthAt);
    code.i32(count);
    code.op("i32.ge_s");
    code.index("br_if", 0);
    code.end();
    code.end();
  };
  whileAtLeast(unrolled);
  whileAtLeast(1);

  const results = (write: (sum: number, v: number) => void): void => {
    sums.forEach((row, r) => {
      row.forEach(write);
      if (r === tile.rows - 1) return;
      code.index("local.get", resultAt);
      code.index("local.get", strideAt);
      code.op("i32.add");
      code.index("local.set", resultAt);
    });
  };
  code.index("local.get", firstAt);
  code.block("if");
  results((sum, v) => {
    code.index("local.get", resultAt);
    code.index("local.get", sum);
    code.memory(names.store, v * vectorBytes);
  });
  code.else();
  results((sum, v) => {
    code.index("local.get", resultAt);
    code.index("local.get", resultAt);
    code.memory(names.load, v * vectorBytes);
    code.index("local.get", sum);
    code.op(names.add);
    code.memory(names.store, v * vectorBytes);
  });
  code.end();
  return { locals, code };
}
