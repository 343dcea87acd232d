/** The records of a row to be sorted: keys and positions. */
import { bytesOf, type DType, isFloat, type SortKernel } from "@cresset/core/backend";
import { storeOne } from "../access.ts";
import type { Value } from "../code/emitter.ts";
import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";
import { value } from "../expression.ts";
import { addressOf } from "../index-math.ts";
import { cast } from "../values/cast.ts";
import type { KernelWriter } from "../writer.ts";
import { type RecordKind, recordBytes } from "./sort-rows.ts";

/** The bit that tells the orders of integers with and without signs apart. */
const signs = { wide: -(2n ** 63n), narrow: -(2 ** 31) } as const;

/** An integer whose unsigned order is that of the values: NaN is the greatest, −0 and 0 are equal. */
export function keyOf(m: LaneMath, dtype: DType, x: Lanes, descending: boolean): Lanes {
  const kind = bytesOf(dtype) === 8 ? "i64" : "i32";
  const width = kind === "i64" ? 64 : 32;
  const sign = signs[kind === "i64" ? "wide" : "narrow"];
  let key: Lanes;
  if (isFloat(dtype)) {
    const positive = m.add(x, 0);
    const bits = kind === "i64" ? m.reinterpret("i64", positive) : m.reinterpret("i32", positive);
    const flipped = m.bitwise("xor", bits, m.bitwise("or", m.shift("shr_s", bits, width - 1), sign));
    key = m.select(m.compare("eq", x, x), flipped, -1);
  } else {
    key = m.bitwise("xor", cast(m, dtype, kind === "i64" ? "int64" : "int32", x), sign);
  }
  return descending ? m.bitwise("xor", key, -1) : key;
}

export class Records {
  readonly kind: RecordKind;
  readonly bytes: number;
  readonly #w: KernelWriter;
  readonly #kernel: SortKernel;

  constructor(w: KernelWriter, kernel: SortKernel, kind: RecordKind) {
    this.#w = w;
    this.#kernel = kernel;
    this.kind = kind;
    this.bytes = recordBytes[kind];
  }

  /** Where the position stands in a record. */
  get #positionAt(): number {
    return this.kind === "narrow" ? 0 : 8;
  }

  /** Runs `body` for `count` points of the row, with a record for each from `first` on. */
  each(first: Value, count: Value, body: (record: Value, i: Value) => void): void {
    const { e } = this.#w;
    e.loop(e.variable("i32", e.i32(0)), count, 1, (i) => {
      this.#w.setAxis(this.#kernel.axes - 1, i);
      body(this.#w.plus(first, this.#w.times(i, e.i32(this.bytes))), i);
    });
  }

  /** The key of the present point, or of four: an integer whose unsigned order is that of the records. */
  key(): Lanes {
    const { dtype } = this.#kernel.value;
    return keyOf(this.#w.m, dtype, value(this.#w, this.#kernel.value), this.#kernel.descending);
  }

  /** A key as an integer whose signed order is that of the records. */
  signed(key: Lanes): Lanes {
    return this.#w.m.bitwise("xor", key, signs[this.kind]);
  }

  /** Writes a record, of the present point unless a key is given. */
  put(record: Value, position: Value, key = this.key()): void {
    const { e } = this.#w;
    if (this.kind === "narrow") e.store("i32.store", record, key.parts[0], 4);
    else e.store("i64.store", record, key.parts[0]);
    e.store("i32.store", record, position, this.#positionAt);
  }

  /** Sorts the first records in scratch memory, here and now, and gives their address. */
  sorted(count: Value): Value {
    const { e, scratch } = this.#w;
    return e.call(`sort_${this.kind}`, ["i32"], [e.get(e.variable("i32", scratch)), count])[0];
  }

  keyAt(record: Value): Lanes {
    const { e, m } = this.#w;
    return this.kind === "narrow"
      ? m.one("i32", e.load("i32.load", record, 4, true))
      : m.one("i64", e.load("i64.load", record, 0, true));
  }

  /** Stores the positions of `count` sorted records from the start of the row on. */
  store(sorted: Value, count: Value): void {
    const { e, m } = this.#w;
    const { target, index } = this.#kernel;
    this.each(sorted, count, (record) => {
      const at = m.one("i32", e.load("i32.load", record, this.#positionAt, true));
      storeOne(this.#w, "int64", addressOf(this.#w, target, index, bytesOf("int64")), cast(m, "int32", "int64", at));
    });
  }
}
