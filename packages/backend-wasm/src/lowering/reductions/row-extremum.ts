import type { LaneReduction } from "../../parts.ts";
import type { Value } from "../code/emitter.ts";
import type { Lanes } from "../code/lanes.ts";
import type { KernelWriter } from "../writer.ts";
import { copies, LaneVariable } from "./reduction.ts";

/** The greatest, the greatest without sign, the least without sign. */
const instructions = ["i32x4.max_s", "i32x4.max_u", "i32x4.min_u"] as const;

/**
 * The maximum or minimum of many vectors of float32, with NaN and signs of zeros as `extremum.ts` has them. The bits of floats
 * as integers have the order of magnitudes. So the greatest integer is the maximum if there is a positive number, and else
 * it is the least one without sign; where a sign is set, the greatest without sign is the minimum. NaN is beyond infinity.
 * Three instructions a vector, where those of `extremum` are six, one after the other.
 */
export class RowExtremum implements LaneReduction {
  readonly #w: KernelWriter;
  readonly #name: "max" | "min";
  /** By copy, so that they need not wait for each other, and by instruction. */
  readonly #found: readonly (readonly LaneVariable[])[];

  /** @param identity the result of nothing. */
  constructor(w: KernelWriter, name: "max" | "min", identity: Lanes) {
    this.#w = w;
    this.#name = name;
    const start = w.m.reinterpret("i32", w.m.widen(identity));
    this.#found = Array.from({ length: copies }, () => instructions.map(() => new LaneVariable(w, start)));
  }

  #combine(i: number, a: Lanes, b: Lanes): Lanes {
    return { kind: "i32", width: 4, parts: [this.#w.e.op(instructions[i], a.parts[0], b.parts[0])] };
  }

  add(x: Lanes, copy: number): void {
    const bits = this.#w.m.reinterpret("i32", this.#w.m.widen(x));
    for (const [i, one] of this.#found[copy % copies].entries()) one.set(this.#combine(i, one.get(), bits));
  }

  /** The extreme of each lane. */
  lanes(): Lanes {
    const { m, e } = this.#w;
    const [greatest, greatestUnsigned, leastUnsigned] = instructions.map((_, i) =>
      this.#found.map((one) => one[i].copy()).reduce((a, b) => this.#combine(i, a, b)),
    );
    const isNegative = (x: Lanes): Lanes => m.compare("lt", x, 0);
    const extreme =
      this.#name === "max"
        ? m.select(isNegative(greatest), leastUnsigned, greatest)
        : m.select(isNegative(greatestUnsigned), greatestUnsigned, leastUnsigned);
    const infinity = m.widen(m.constant("i32", 0xff800000)).parts[0];
    const negativeNaN: Value = e.op("i32x4.gt_u", greatestUnsigned.parts[0], infinity);
    const invalid = m.bitwise("or", m.compare("gt", greatest, 0x7f800000), {
      kind: "mask",
      width: 4,
      parts: [negativeNaN],
    });
    return m.select(invalid, m.constant("f32", Number.NaN), m.reinterpret("f32", extreme));
  }
}
