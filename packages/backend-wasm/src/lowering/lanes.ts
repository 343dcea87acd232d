import type { DType } from "@cresset/core/backend";
import type { LaneOp, Plain } from "../assembler/opcodes.ts";
import type { Emitter, Value } from "./emitter.ts";

/** What a lane holds: float16 is computed in f32, integers of up to 32 bits in i32; a mask is a bool. */
export type Kind = "f32" | "f64" | "i32" | "i64" | "mask";

export const kindOf: Readonly<Record<DType, Kind>> = {
  float32: "f32",
  float16: "f32",
  float64: "f64",
  int64: "i64",
  int32: "i32",
  int16: "i32",
  int8: "i32",
  uint8: "i32",
  bool: "mask",
};

/**
 * A value at one point of the index space (width 1), or at four neighbouring ones (width 4). Four lanes of 32 bits are one
 * vector, four of 64 bits are two. A mask is an i32, 0 or 1; of width 4 it is a vector of 32-bit lanes of all ones or zeros.
 */
export interface Lanes {
  readonly kind: Kind;
  readonly width: 1 | 4;
  readonly parts: readonly Value[];
}

export type NumericKind = Exclude<Kind, "mask">;

const shapes = { f32: "f32x4", f64: "f64x2", i32: "i32x4", i64: "i64x2", mask: "i32x4" } as const;
export const scalarType = { f32: "f32", f64: "f64", i32: "i32", i64: "i64", mask: "i32" } as const;

/** Operations that exist for one value and for vectors under the same name, by kind. */
const everywhere: Readonly<Record<NumericKind, ReadonlySet<string>>> = {
  f32: new Set("add sub mul div min max abs neg sqrt floor ceil trunc nearest".split(" ")),
  f64: new Set("add sub mul div min max abs neg sqrt floor ceil trunc nearest".split(" ")),
  i32: new Set("add sub mul shl shr_s shr_u".split(" ")),
  i64: new Set("add sub mul shl shr_s shr_u".split(" ")),
};

export type Arithmetic =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max"
  | "abs"
  | "neg"
  | "sqrt"
  | "floor"
  | "ceil"
  | "trunc"
  | "nearest";
export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

const isFloatKind = (kind: Kind): boolean => kind === "f32" || kind === "f64";

/** Builds operations on lanes out of instructions. */
export class LaneMath {
  readonly e: Emitter;
  /** Whether vectors have a fused multiply-add (and a faster choice by mask). */
  readonly fuses: boolean;

  constructor(emitter: Emitter, fuses: boolean) {
    this.e = emitter;
    this.fuses = fuses;
  }

  one(kind: Kind, value: Value): Lanes {
    return { kind, width: 1, parts: [value] };
  }

  constant(kind: Kind, value: number | bigint): Lanes {
    const type = scalarType[kind];
    const exact = type === "f32" ? Math.fround(Number(value)) : type === "i32" ? Number(value) | 0 : value;
    return this.one(kind, this.e.constant(type, exact));
  }

  /** The value at all four points. */
  widen(x: Lanes): Lanes {
    if (x.width === 4) return x;
    const [value] = x.parts;
    const { constant } = value;
    let wide: Value;
    if (constant !== undefined) wide = this.e.vector(repeated(x.kind, constant));
    else if (x.kind === "mask") wide = this.e.op("i32x4.splat", this.e.op("i32.sub", this.e.i32(0), value));
    else wide = this.e.op(`${shapes[x.kind]}.splat`, value);
    return { kind: x.kind, width: 4, parts: partsOf(x.kind) === 2 ? [wide, wide] : [wide] };
  }

  /** The same values, of the widest's width. */
  unify(...lanes: readonly Lanes[]): Lanes[] {
    return lanes.some((x) => x.width === 4) ? lanes.map((x) => this.widen(x)) : [...lanes];
  }

  extract(x: Lanes, lane: number): Lanes {
    if (x.width === 1) return x;
    if (partsOf(x.kind) === 2) {
      const name: LaneOp = x.kind === "f64" ? "f64x2.extract_lane" : "i64x2.extract_lane";
      return this.one(x.kind, this.e.lane(name, lane & 1, x.parts[lane >> 1]));
    }
    const name: LaneOp = x.kind === "f32" ? "f32x4.extract_lane" : "i32x4.extract_lane";
    const value = this.e.lane(name, lane, x.parts[0]);
    return this.one(x.kind, x.kind === "mask" ? this.e.op("i32.and", value, this.e.i32(1)) : value);
  }

  /** Four values of width 1 side by side. */
  assemble(lanes: readonly Lanes[]): Lanes {
    const { kind } = lanes[0];
    const values = lanes.map((x) => (kind === "mask" ? this.e.op("i32.sub", this.e.i32(0), x.parts[0]) : x.parts[0]));
    const shape = shapes[kind];
    const build = (group: readonly Value[]): Value =>
      group
        .slice(1)
        .reduce(
          (vector, value, i) => this.e.lane(`${shape}.replace_lane`, i + 1, vector, value),
          this.e.op(`${shape}.splat`, group[0]),
        );
    return {
      kind,
      width: 4,
      parts: partsOf(kind) === 2 ? [build(values.slice(0, 2)), build(values.slice(2))] : [build(values)],
    };
  }

  /** A function of single values, applied to each lane. */
  lanewise(inputs: readonly Lanes[], apply: (inputs: readonly Lanes[]) => Lanes): Lanes {
    if (inputs.every((x) => x.width === 1)) return apply(inputs);
    return this.assemble([0, 1, 2, 3].map((lane) => apply(inputs.map((x) => this.extract(x, lane)))));
  }

  #each(kind: Kind, scalar: Plain, vector: Plain, inputs: readonly Lanes[]): Lanes {
    const same = this.unify(...inputs);
    const name = same[0].width === 4 ? vector : scalar;
    return {
      kind,
      width: same[0].width,
      parts: same[0].parts.map((_, part) => this.e.op(name, ...same.map((x) => x.parts[part]))),
    };
  }

  /** Arithmetic on operands of one numeric kind. */
  arithmetic(name: Arithmetic, ...inputs: readonly Lanes[]): Lanes {
    const kind = inputs[0].kind as NumericKind;
    if (everywhere[kind].has(name))
      return this.#each(kind, `${kind}.${name}` as Plain, `${shapes[kind]}.${name}` as Plain, inputs);
    switch (name) {
      case "neg":
        return this.arithmetic("sub", this.constant(kind, kind === "i64" ? 0n : 0), inputs[0]);
      case "abs":
        return this.select(
          this.compare("lt", inputs[0], this.constant(kind, kind === "i64" ? 0n : 0)),
          this.arithmetic("neg", inputs[0]),
          inputs[0],
        );
      case "min":
      case "max":
        return this.select(this.compare(name === "max" ? "gt" : "lt", inputs[0], inputs[1]), inputs[0], inputs[1]);
      default:
        throw new Error(`${kind} has no ${name}`);
    }
  }

  add(a: Lanes, b: Lanes): Lanes {
    return this.arithmetic("add", a, b);
  }

  sub(a: Lanes, b: Lanes): Lanes {
    return this.arithmetic("sub", a, b);
  }

  mul(a: Lanes, b: Lanes): Lanes {
    return this.arithmetic("mul", a, b);
  }

  div(a: Lanes, b: Lanes): Lanes {
    return this.arithmetic("div", a, b);
  }

  /** a · b + c of float32, rounded once where vectors can. For the inside of functions only. */
  mulAdd(a: Lanes, b: Lanes, c: Lanes): Lanes {
    const [x, y, z] = this.unify(a, b, c);
    if (!this.fuses || x.width === 1 || x.kind !== "f32") return this.add(this.mul(x, y), z);
    return { ...x, parts: [this.e.op("f32x4.relaxed_madd", x.parts[0], y.parts[0], z.parts[0])] };
  }

  /** c − a · b, likewise. */
  mulSub(a: Lanes, b: Lanes, c: Lanes): Lanes {
    const [x, y, z] = this.unify(a, b, c);
    if (!this.fuses || x.width === 1 || x.kind !== "f32") return this.sub(z, this.mul(x, y));
    return { ...x, parts: [this.e.op("f32x4.relaxed_nmadd", x.parts[0], y.parts[0], z.parts[0])] };
  }

  /** Bitwise operations; of masks, logical ones. */
  bitwise(name: "and" | "or" | "xor", a: Lanes, b: Lanes): Lanes {
    const type = scalarType[a.kind];
    return this.#each(a.kind, `${type === "i64" ? "i64" : "i32"}.${name}`, `v128.${name}`, [a, b]);
  }

  not(mask: Lanes): Lanes {
    if (mask.width === 1) return this.one("mask", this.e.op("i32.eqz", mask.parts[0]));
    return { ...mask, parts: [this.e.op("v128.not", mask.parts[0])] };
  }

  /** A shift of an integer kind by a constant. */
  shift(name: "shl" | "shr_s" | "shr_u", x: Lanes, by: number): Lanes {
    const kind = x.kind as "i32" | "i64";
    if (x.width === 1) return this.one(kind, this.e.op(`${kind}.${name}`, x.parts[0], this.e.constant(kind, by)));
    return { ...x, parts: x.parts.map((part) => this.e.op(`${shapes[kind]}.${name}` as Plain, part, this.e.i32(by))) };
  }

  /** The smaller of an argument and a bound (the bound's name says which); a NaN argument stays. */
  atMost(x: Lanes, bound: Lanes): Lanes {
    return this.#bounded("lt", "pmin", x, bound);
  }

  atLeast(x: Lanes, bound: Lanes): Lanes {
    return this.#bounded("gt", "pmax", x, bound);
  }

  #bounded(name: "lt" | "gt", vector: "pmin" | "pmax", x: Lanes, bound: Lanes): Lanes {
    const [a, b] = this.unify(x, bound);
    if (a.width === 4)
      return {
        ...a,
        parts: a.parts.map((part, i) => this.e.op(`${shapes[a.kind as "f32" | "f64"]}.${vector}`, part, b.parts[i])),
      };
    return this.select(this.compare(name, b, a), b, a);
  }

  compare(name: Comparison, a: Lanes, b: Lanes): Lanes {
    const [x, y] = this.unify(a, b);
    const kind = x.kind as NumericKind;
    const signed = isFloatKind(kind) || name === "eq" || name === "ne" ? name : (`${name}_s` as const);
    const instruction = `${x.width === 4 ? shapes[kind] : kind}.${signed}` as Plain;
    const parts = x.parts.map((part, i) => this.e.op(instruction, part, y.parts[i]));
    if (parts.length === 1) return { kind: "mask", width: x.width, parts };
    return { kind: "mask", width: 4, parts: [this.e.shuffle(lowWords, parts[0], parts[1])] };
  }

  /** `a` where the mask holds, else `b`. */
  select(mask: Lanes, a: Lanes, b: Lanes): Lanes {
    const [m, x, y] = this.unify(mask, a, b);
    if (m.width === 1) return this.one(x.kind, this.e.select(x.parts[0], y.parts[0], m.parts[0]));
    const choose: Plain = this.fuses ? "i8x16.relaxed_laneselect" : "v128.bitselect";
    const masks =
      partsOf(x.kind) === 2
        ? [this.e.op("i64x2.extend_low_i32x4_s", m.parts[0]), this.e.op("i64x2.extend_high_i32x4_s", m.parts[0])]
        : m.parts;
    return {
      kind: x.kind,
      width: 4,
      parts: x.parts.map((part, i) => this.e.op(choose, part, y.parts[i], masks[i])),
    };
  }

  copysign(magnitude: Lanes, sign: Lanes): Lanes {
    const [x, y] = this.unify(magnitude, sign);
    const kind = x.kind as "f32" | "f64";
    if (x.width === 1) return this.one(kind, this.e.op(`${kind}.copysign`, x.parts[0], y.parts[0]));
    const signBit = this.widen(kind === "f32" ? this.constant("i32", -(2 ** 31)) : this.constant("i64", -(2n ** 63n)))
      .parts[0];
    return { kind, width: 4, parts: x.parts.map((part, i) => this.e.op("v128.bitselect", y.parts[i], part, signBit)) };
  }

  /** The bits of a float as an integer, or back. */
  reinterpret(kind: "f32" | "i32", x: Lanes): Lanes {
    if (x.width === 4) return { ...x, kind };
    return this.one(kind, this.e.op(kind === "i32" ? "i32.reinterpret_f32" : "f32.reinterpret_i32", x.parts[0]));
  }

  /** The bits of f64 as i64, or back. */
  reinterpret64(kind: "f64" | "i64", x: Lanes): Lanes {
    if (x.width === 4) return { ...x, kind };
    return this.one(kind, this.e.op(kind === "i64" ? "i64.reinterpret_f64" : "f64.reinterpret_i64", x.parts[0]));
  }

  /** 0 or 1 as an integer. */
  maskToInteger(mask: Lanes): Lanes {
    if (mask.width === 1) return { ...mask, kind: "i32" };
    return {
      kind: "i32",
      width: 4,
      parts: [this.e.op("v128.and", mask.parts[0], this.widen(this.constant("i32", 1)).parts[0])],
    };
  }

  /** Whether a value is not zero (NaN is not). */
  nonZero(x: Lanes): Lanes {
    if (x.kind === "mask") return x;
    return this.compare("ne", x, this.constant(x.kind, x.kind === "i64" ? 0n : 0));
  }

  /** i32 → f32, exact up to 2²⁴ and rounded beyond. */
  integerToFloat(x: Lanes): Lanes {
    return this.#each("f32", "f32.convert_i32_s", "f32x4.convert_i32x4_s", [x]);
  }

  /** f32 → i32 without its fraction; saturates, NaN gives 0. */
  floatToInteger(x: Lanes): Lanes {
    return this.#each("i32", "i32.trunc_sat_f32_s", "i32x4.trunc_sat_f32x4_s", [x]);
  }

  /** f32 or i32 → f64. */
  toFloat64(x: Lanes): Lanes {
    const from = x.kind as "f32" | "i32";
    if (x.width === 1)
      return this.one("f64", this.e.op(from === "f32" ? "f64.promote_f32" : "f64.convert_i32_s", x.parts[0]));
    const name: Plain = from === "f32" ? "f64x2.promote_low_f32x4" : "f64x2.convert_low_i32x4_s";
    const [all] = x.parts;
    return {
      kind: "f64",
      width: 4,
      parts: [this.e.op(name, all), this.e.op(name, this.e.shuffle(highHalf, all, all))],
    };
  }

  /** f64 → f32. */
  toFloat32(x: Lanes): Lanes {
    if (x.width === 1) return this.one("f32", this.e.op("f32.demote_f64", x.parts[0]));
    const [low, high] = x.parts.map((part) => this.e.op("f32x4.demote_f64x2_zero", part));
    return { kind: "f32", width: 4, parts: [this.e.shuffle(lowHalves, low, high)] };
  }

  /** i32 → i64. */
  toInt64(x: Lanes): Lanes {
    if (x.width === 1) return this.one("i64", this.e.op("i64.extend_i32_s", x.parts[0]));
    const [all] = x.parts;
    return {
      kind: "i64",
      width: 4,
      parts: [this.e.op("i64x2.extend_low_i32x4_s", all), this.e.op("i64x2.extend_high_i32x4_s", all)],
    };
  }

  /** The low words of i64. */
  toInt32(x: Lanes): Lanes {
    if (x.width === 1) return this.one("i32", this.e.op("i32.wrap_i64", x.parts[0]));
    return { kind: "i32", width: 4, parts: [this.e.shuffle(lowWords, x.parts[0], x.parts[1])] };
  }

  /** A function of float64 that the host provides, applied to one f32 or f64. */
  viaFloat64(name: string, ...inputs: readonly Lanes[]): Lanes {
    const { kind } = inputs[0];
    const wide = inputs.map((x) => (kind === "f32" ? this.toFloat64(x) : x).parts[0]);
    const result = this.one("f64", this.e.call(name, "f64", ...wide));
    return kind === "f32" ? this.toFloat32(result) : result;
  }

  /** `usual`, but `special()` where the mask holds; `special` runs only if it holds anywhere. */
  patched(usual: Lanes, mask: Lanes, special: () => Lanes): Lanes {
    const [x, m] = this.unify(usual, mask);
    const variables = x.parts.map((part) => this.e.variable(part.type, part));
    this.e.branch(this.any(m), () => {
      const { parts } = this.select(m, special(), x);
      for (const [i, variable] of variables.entries()) this.e.set(variable, parts[i]);
    });
    return { ...x, parts: variables.map((variable) => this.e.copy(variable)) };
  }

  /** One i32 that is not zero if the mask holds at every (any) point. */
  all(mask: Lanes): Value {
    return mask.width === 1 ? mask.parts[0] : this.e.op("i32x4.all_true", mask.parts[0]);
  }

  any(mask: Lanes): Value {
    return mask.width === 1 ? mask.parts[0] : this.e.op("v128.any_true", mask.parts[0]);
  }

  /** Σ coefficients[i] · xⁱ by Horner's rule. */
  polynomial(x: Lanes, coefficients: readonly number[]): Lanes {
    const all = coefficients.map((c) => this.constant(x.kind, c));
    return all.slice(0, -1).reduceRight((sum, c) => this.mulAdd(sum, x, c), all[all.length - 1]);
  }
}

const lowWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** Vectors that hold four values of a kind. */
export const partsOf = (kind: Kind): 1 | 2 => (kind === "f64" || kind === "i64" ? 2 : 1);

/** The sixteen bytes of a constant in every lane. */
function repeated(kind: Kind, value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < 16; at += partsOf(kind) === 2 ? 8 : 4) {
    if (kind === "f64") view.setFloat64(at, Number(value), true);
    else if (kind === "i64") view.setBigInt64(at, BigInt(value), true);
    else if (kind === "f32") view.setFloat32(at, Number(value), true);
    else view.setInt32(at, kind === "mask" ? -Number(value) : Number(value), true);
  }
  return bytes;
}
