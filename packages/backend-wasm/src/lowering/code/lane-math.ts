import type { Plain } from "../../assembler/opcodes.ts";
import { extremum } from "../values/extremum.ts";
import type { Emitter, Value } from "./emitter.ts";
import { Facts } from "./facts.ts";
import {
  type Kind,
  type Lanes,
  type NumericKind,
  type Operand,
  partsOf,
  scalarType,
  shapes,
  WideMask,
} from "./lanes.ts";
import { repeated } from "./vector-constants.ts";

const ofFloats = new Set("add sub mul div min max abs neg sqrt floor ceil trunc nearest".split(" "));
const ofIntegers = new Set("add sub mul shl shr_s shr_u".split(" "));
/** Operations that exist for one value and for vectors under the same name, by kind. */
const everywhere: Readonly<Record<NumericKind, ReadonlySet<string>>> = {
  f32: ofFloats,
  f64: ofFloats,
  i32: ofIntegers,
  i64: ofIntegers,
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
  /** Whether there are vectors. */
  readonly simd: boolean;
  /** Whether vectors have a fused multiply-add (and a faster choice by mask). */
  readonly fuses: boolean;
  /** Whether exp and expm1 are both computed, mostly of the same values. */
  besideExp = false;
  /** The greater or smaller of two floats. */
  extremum = extremum;
  readonly facts = new Facts();

  constructor(emitter: Emitter, simd: boolean, fuses: boolean) {
    this.e = emitter;
    this.simd = simd;
    this.fuses = fuses;
  }

  one(kind: Kind, value: Value): Lanes {
    return { kind, width: 1, parts: [value] };
  }

  constant(kind: Kind, value: number | bigint): Lanes {
    const type = scalarType[kind];
    const exact =
      type === "i64"
        ? BigInt(value)
        : type === "i32"
          ? Number(value) | 0
          : type === "f32"
            ? Math.fround(Number(value))
            : Number(value);
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
    const { kind, parts } = x;
    const each = 4 / parts.length;
    const value = this.e.lane(`${shapes[kind]}.extract_lane`, lane % each, parts[Math.floor(lane / each)]);
    return this.one(kind, kind === "mask" ? this.e.op("i32.and", value, this.e.i32(1)) : value);
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

  /** All as lanes of one kind and width. */
  #alike(inputs: readonly Operand[]): Lanes[] {
    const { kind } = inputs.find((x) => typeof x === "object") as Lanes;
    return this.unify(...inputs.map((x) => (typeof x === "object" ? x : this.constant(kind, x))));
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
  arithmetic(name: Arithmetic, ...operands: readonly Operand[]): Lanes {
    const inputs = this.#alike(operands);
    const kind = inputs[0].kind as NumericKind;
    if (everywhere[kind].has(name))
      return this.#each(kind, `${kind}.${name}` as Plain, `${shapes[kind]}.${name}` as Plain, inputs);
    switch (name) {
      case "neg":
        return this.arithmetic("sub", 0, inputs[0]);
      case "abs":
        return this.select(this.compare("lt", inputs[0], 0), this.arithmetic("neg", inputs[0]), inputs[0]);
      case "min":
      case "max":
        return this.select(this.compare(name === "max" ? "gt" : "lt", inputs[0], inputs[1]), inputs[0], inputs[1]);
      default:
        throw new Error(`${kind} has no ${name}`);
    }
  }

  add(a: Operand, b: Operand): Lanes {
    return this.arithmetic("add", a, b);
  }

  sub(a: Operand, b: Operand): Lanes {
    return this.arithmetic("sub", a, b);
  }

  mul(a: Operand, b: Operand): Lanes {
    return this.arithmetic("mul", a, b);
  }

  div(a: Operand, b: Operand): Lanes {
    return this.arithmetic("div", a, b);
  }

  /** a · b + c of float32, rounded once where vectors can. For the inside of functions only. */
  mulAdd(a: Operand, b: Operand, c: Operand): Lanes {
    return this.#fused("f32x4.relaxed_madd", [a, b, c], (product, z) => this.add(product, z));
  }

  /** c − a · b, likewise. */
  mulSub(a: Operand, b: Operand, c: Operand): Lanes {
    return this.#fused("f32x4.relaxed_nmadd", [a, b, c], (product, z) => this.sub(z, product));
  }

  #fused(name: Plain, operands: readonly Operand[], otherwise: (product: Lanes, z: Lanes) => Lanes): Lanes {
    const [x, y, z] = this.#alike(operands);
    if (!this.fuses || x.width === 1 || x.kind !== "f32") return otherwise(this.mul(x, y), z);
    return { ...x, parts: [this.e.op(name, x.parts[0], y.parts[0], z.parts[0])] };
  }

  /** Bitwise operations; of masks, logical ones. */
  bitwise(name: "and" | "or" | "xor", first: Lanes, second: Operand): Lanes {
    const [a, b] = this.#alike([first, second]);
    if (a instanceof WideMask && b instanceof WideMask)
      return new WideMask(
        this.e,
        a.wide.map((part, i) => this.e.op(`v128.${name}`, part, b.wide[i])),
      );
    const type = scalarType[a.kind];
    return this.#each(a.kind, `${type === "i64" ? "i64" : "i32"}.${name}`, `v128.${name}`, [a, b]);
  }

  not(mask: Lanes): Lanes {
    if (mask.width === 1) return this.one("mask", this.e.op("i32.eqz", mask.parts[0]));
    if (mask instanceof WideMask)
      return new WideMask(
        this.e,
        mask.wide.map((part) => this.e.op("v128.not", part)),
      );
    return { ...mask, parts: [this.e.op("v128.not", mask.parts[0])] };
  }

  /** A shift of an integer kind by a constant. */
  shift(name: "shl" | "shr_s" | "shr_u", x: Lanes, by: number): Lanes {
    const kind = x.kind as "i32" | "i64";
    if (x.width === 1) return this.one(kind, this.e.op(`${kind}.${name}`, x.parts[0], this.e.constant(kind, by)));
    return { ...x, parts: x.parts.map((part) => this.e.op(`${shapes[kind]}.${name}` as Plain, part, this.e.i32(by))) };
  }

  /** The smaller of an argument and a bound (the bound's name says which); a NaN argument stays. */
  atMost(x: Lanes, bound: Operand): Lanes {
    return this.#bounded("lt", "pmin", x, bound);
  }

  atLeast(x: Lanes, bound: Operand): Lanes {
    return this.#bounded("gt", "pmax", x, bound);
  }

  #bounded(name: "lt" | "gt", vector: "pmin" | "pmax", x: Lanes, bound: Operand): Lanes {
    const [a, b] = this.#alike([x, bound]);
    if (a.width === 4)
      return {
        ...a,
        parts: a.parts.map((part, i) => this.e.op(`${shapes[a.kind as "f32" | "f64"]}.${vector}`, part, b.parts[i])),
      };
    return this.select(this.compare(name, b, a), b, a);
  }

  compare(name: Comparison, a: Lanes, b: Operand): Lanes {
    const [x, y] = this.#alike([a, b]);
    const kind = x.kind as NumericKind;
    const signed = isFloatKind(kind) || name === "eq" || name === "ne" ? name : (`${name}_s` as const);
    const instruction = `${x.width === 4 ? shapes[kind] : kind}.${signed}` as Plain;
    const parts = x.parts.map((part, i) => this.e.op(instruction, part, y.parts[i]));
    return parts.length === 2 ? new WideMask(this.e, parts) : { kind: "mask", width: x.width, parts };
  }

  /** `a` where the mask holds, else `b`. */
  select(mask: Lanes, a: Operand, b: Operand): Lanes {
    const [m, x, y] = this.unify(mask, ...this.#alike([a, b]));
    if (m.width === 1) return this.one(x.kind, this.e.select(x.parts[0], y.parts[0], m.parts[0]));
    const choose: Plain = this.fuses ? "i8x16.relaxed_laneselect" : "v128.bitselect";
    const masks = partsOf(x.kind) === 2 ? this.#wideParts(m) : m.parts;
    return {
      kind: x.kind,
      width: 4,
      parts: x.parts.map((part, i) => this.e.op(choose, part, y.parts[i], masks[i])),
    };
  }

  #wideParts(mask: Lanes): readonly Value[] {
    if (mask instanceof WideMask) return mask.wide;
    const [all] = mask.parts;
    return [this.e.op("i64x2.extend_low_i32x4_s", all), this.e.op("i64x2.extend_high_i32x4_s", all)];
  }

  copysign(magnitude: Lanes, sign: Lanes): Lanes {
    const [x, y] = this.unify(magnitude, sign);
    const kind = x.kind as "f32" | "f64";
    if (x.width === 1) return this.one(kind, this.e.op(`${kind}.copysign`, x.parts[0], y.parts[0]));
    const signBit = this.signBit(kind);
    return { kind, width: 4, parts: x.parts.map((part, i) => this.e.op("v128.bitselect", y.parts[i], part, signBit)) };
  }

  /** A vector of the bits that are floats' signs. */
  signBit(kind: "f32" | "f64"): Value {
    return this.widen(kind === "f32" ? this.constant("i32", -(2 ** 31)) : this.constant("i64", -(2n ** 63n))).parts[0];
  }

  /** The bits of a float as an integer of its size, or back. */
  reinterpret(kind: NumericKind, x: Lanes): Lanes {
    if (x.width === 4) return { ...x, kind };
    return this.one(kind, this.e.op(`${kind}.reinterpret_${x.kind}` as Plain, x.parts[0]));
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
    return this.compare("ne", x, 0);
  }

  /**
   * A function that kernels share (`shared.ts`), of lanes of one kind. With vectors it takes and gives four values, so that
   * one value has the bits that it has among others.
   */
  call(name: string, result: Kind, ...inputs: readonly Lanes[]): Lanes {
    const [first, ...rest] = this.unify(...inputs);
    const all = [first, ...rest];
    if (this.simd && first.width === 1)
      return this.extract(this.call(name, result, ...all.map((x) => this.widen(x))), 0);
    const types = this.simd ? Array<"v128">(partsOf(result)).fill("v128") : [scalarType[result]];
    const parts = this.e.call(
      name,
      types,
      all.flatMap((x) => x.parts),
    );
    return { kind: result, width: first.width, parts };
  }

  /** The results of a shared function of single values, applied to each lane. */
  callEach(name: string, results: readonly Kind[], ...inputs: readonly Lanes[]): Lanes[] {
    const types = results.map((kind) => scalarType[kind]);
    const lanes = inputs.some((x) => x.width === 4) ? [0, 1, 2, 3] : [0];
    const all = lanes.map((lane) => {
      const values = inputs.map((x) => this.extract(x, lane).parts[0]);
      return this.e.call(name, types, values);
    });
    const ofLane = (i: number): Lanes[] => all.map((values) => this.one(results[i], values[i]));
    return results.map((_, i) => (lanes.length === 1 ? ofLane(i)[0] : this.assemble(ofLane(i))));
  }

  /** One i32 that is not zero if the mask holds at every point. */
  all(mask: Lanes): Value {
    return mask.width === 1 ? mask.parts[0] : this.e.op("i32x4.all_true", mask.parts[0]);
  }

  /** Σ coefficients[i] · xⁱ by Horner's rule. */
  polynomial(x: Lanes, coefficients: readonly number[]): Lanes {
    const last = this.constant(x.kind, coefficients[coefficients.length - 1]);
    return coefficients.slice(0, -1).reduceRight((sum, c) => this.mulAdd(sum, x, c), last);
  }
}
