/**
 * Sorting a row of records by unsigned keys, stably: by insertion where it is short, else by one digit of eight bits after
 * the other, from the lowest on (radix sort); digits that all keys share are left out.
 */
import type { FunctionBody } from "../../assembler/module.ts";
import type { Plain, ValueType } from "../../assembler/opcodes.ts";
import { Emitter, type Value } from "../code/emitter.ts";
import type { Target } from "../writer.ts";

/** Where keys have 32 bits, a record is one word: the key above the position. Else it is the key, then the position. */
export const recordBytes = { narrow: 8, wide: 16 } as const;
export type RecordKind = keyof typeof recordBytes;

const keyBits = { narrow: 32, wide: 64 } as const;
const digitBits = 8;
const counterBytes = 4 * 2 ** digitBits;

/** Rows up to this long are sorted by insertion. */
const shortRow = { narrow: 64, wide: 96 } as const;

/** Bytes for sorting a row: the records, as many again, and counters. */
export function sortBytes(kind: RecordKind, count: number): number {
  const counters = count > shortRow[kind] ? (keyBits[kind] / digitBits) * counterBytes : 0;
  return 2 * recordBytes[kind] * count + counters;
}

/** The address of the records, and their number; gives the address where they are sorted. */
export const sortParameters: readonly ValueType[] = ["i32", "i32"];

export function sortBody(kind: RecordKind, target: Target): FunctionBody {
  const e = new Emitter(sortParameters, target.pool, (name) => target.callee(name));
  const [first, count] = [e.parameter(0, "i32"), e.parameter(1, "i32")];
  const sorted = e.variable("i32", first);
  e.branch(
    e.op("i32.le_s", count, e.i32(shortRow[kind])),
    () => byInsertion(e, kind, first, count),
    () => e.set(sorted, byDigits(e, kind, first, count)),
  );
  return e.finish([e.get(sorted)]);
}

const add = (e: Emitter, a: Value, b: number): Value => e.op("i32.add", a, e.i32(b));

/** Runs `body` at addresses from `first` up to `end`. */
const walk = (e: Emitter, first: Value, end: Value, step: number, body: (address: Value) => void): void =>
  e.loop(e.variable("i32", first), end, step, body, true);

/** A record in variables. */
function loadRecord(e: Emitter, kind: RecordKind, address: Value): Value[] {
  const words = kind === "wide" ? [0, 8] : [0];
  return words.map((offset) => e.load("i64.load", address, offset, true));
}

function storeRecord(e: Emitter, address: Value, record: readonly Value[]): void {
  for (const [i, word] of record.entries()) e.store("i64.store", address, word, 8 * i);
}

function byInsertion(e: Emitter, kind: RecordKind, first: Value, count: Value): void {
  const bytes = recordBytes[kind];
  const end = e.op("i32.add", first, e.op("i32.mul", count, e.i32(bytes)));
  walk(e, add(e, first, bytes), end, bytes, (address) => {
    const record = loadRecord(e, kind, address);
    const place = e.variable("i32", address);
    const found = e.variable("i32", e.i32(0));
    e.repeat(found, e.i32(1), () => {
      const here = e.copy(place);
      const before = add(e, here, -bytes);
      const other = loadRecord(e, kind, before);
      e.branch(
        e.op("i64.gt_u", other[0], record[0]),
        () => {
          storeRecord(e, here, other);
          e.set(place, before);
          e.set(found, e.op("i32.eq", before, first));
        },
        () => e.set(found, e.i32(1)),
      );
    });
    storeRecord(e, e.get(place), record);
  });
}

function byDigits(e: Emitter, kind: RecordKind, first: Value, count: Value): Value {
  const bytes = recordBytes[kind];
  const size = e.op("i32.mul", count, e.i32(bytes));
  const second = e.op("i32.add", first, size);
  const counters = e.op("i32.add", second, size);
  const digits = keyBits[kind] / digitBits;
  const lowest = kind === "narrow" ? 32 : 0;
  const op = (name: Plain, a: Value, b: Value): Value => e.op(name, a, b);
  /** The address of the counter of a record's digit. */
  const counterOf = (base: Value, record: readonly Value[], shift: Value): Value => {
    const digit = op("i32.and", e.op("i32.wrap_i64", op("i64.shr_u", record[0], shift)), e.i32(2 ** digitBits - 1));
    return op("i32.add", base, op("i32.shl", digit, e.i32(2)));
  };
  const shiftOf = (digit: number): Value => e.constant("i64", BigInt(lowest + digit * digitBits));

  const end = add(e, counters, digits * counterBytes);
  walk(e, counters, end, 8, (address) => e.store("i64.store", address, e.constant("i64", 0n)));
  walk(e, first, second, bytes, (address) => {
    const record = loadRecord(e, kind, address);
    for (let digit = 0; digit < digits; digit++) {
      const counter = counterOf(add(e, counters, digit * counterBytes), record, shiftOf(digit));
      e.store("i32.store", counter, add(e, e.load("i32.load", counter, 0, true), 1));
    }
  });

  const from = e.variable("i32", first);
  const to = e.variable("i32", second);
  const digit = e.variable("i32", e.i32(0));
  e.loop(digit, e.i32(digits), 1, (d) => {
    const base = op("i32.add", counters, op("i32.mul", d, e.i32(counterBytes)));
    const shift = e.op("i64.extend_i32_u", add(e, op("i32.mul", d, e.i32(digitBits)), lowest));
    const source = e.copy(from);
    const shared = e.load("i32.load", counterOf(base, loadRecord(e, kind, source), shift), 0, true);
    e.branch(op("i32.ne", shared, count), () => {
      const target = e.copy(to);
      // Counters become the addresses of where their records go.
      const next = e.variable("i32", target);
      walk(e, base, add(e, base, counterBytes), 4, (counter) => {
        const here = e.copy(next);
        const number = e.load("i32.load", counter, 0, true);
        e.store("i32.store", counter, here);
        e.set(next, op("i32.add", here, op("i32.mul", number, e.i32(bytes))));
      });
      walk(e, source, op("i32.add", source, size), bytes, (address) => {
        const record = loadRecord(e, kind, address);
        const counter = counterOf(base, record, shift);
        const place = e.load("i32.load", counter, 0, true);
        storeRecord(e, place, record);
        e.store("i32.store", counter, add(e, place, bytes));
      });
      e.setAll([from, to], [target, source]);
    });
  });
  return e.get(from);
}
