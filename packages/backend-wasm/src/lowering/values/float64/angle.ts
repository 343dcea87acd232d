/** Any angle less a multiple of π/2, after M. Payne and R. Hanek, "Radian reduction for trigonometric functions" (1983). */
import type { Value } from "../../code/emitter.ts";
import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";
import { fastSum, halfPiHigh, halfPiLow, upper } from "./bits.ts";

const words = 20;

/** 64 zero bits, then the first bits of 2/π, as words with the first bits on top. */
function bitsOfTwoOverPi(): Uint8Array {
  const bits = BigInt(64 * (words - 1));
  const one = 1n << (bits + 64n);
  const arctangentOfInverse = (n: bigint): bigint => {
    let sum = 0n;
    for (let power = one / n, k = 1n; power !== 0n; power /= -n * n, k += 2n) sum += power / k;
    return sum;
  };
  // Machin's formula.
  const pi = 4n * (4n * arctangentOfInverse(5n) - arctangentOfInverse(239n));
  const quotient = ((2n * one) << bits) / pi;
  return new Uint8Array(
    BigUint64Array.from({ length: words }, (_, i) => quotient >> BigInt(64 * (words - 1 - i))).buffer,
  );
}

let table: Uint8Array | undefined;

/**
 * For one |x| >= 2¹⁹: r and a small rest of x − k π/2 in [−π/4, π/4], and k modulo 4. Of 2/π only those bits count whose
 * products with x are neither multiples of 4 nor far behind the result.
 */
export function farAngle(m: LaneMath, x: Lanes): [Lanes, Lanes, Lanes] {
  const { e } = m;
  const word = (value: bigint): Value => e.constant("i64", value);
  type Op = "add" | "sub" | "mul" | "and" | "or" | "shl" | "shr_u" | "shr_s";
  const op = (name: Op, a: Value, b: Value | bigint): Value =>
    e.op(`i64.${name}`, a, typeof b === "bigint" ? word(b) : b);
  const low32 = 0xffffffffn;
  /** The upper half of a product. */
  const upperProduct = (a: Value, b: Value): Value => {
    const [aLow, bLow, aHigh, bHigh] = [
      op("and", a, low32),
      op("and", b, low32),
      op("shr_u", a, 32n),
      op("shr_u", b, 32n),
    ];
    const first = op("add", op("mul", aHigh, bLow), op("shr_u", op("mul", aLow, bLow), 32n));
    const second = op("add", op("mul", aLow, bHigh), op("and", first, low32));
    return op("add", op("mul", aHigh, bHigh), op("add", op("shr_u", first, 32n), op("shr_u", second, 32n)));
  };

  const bits = e.op("i64.reinterpret_f64", x.parts[0]);
  const exponent = op("and", op("shr_u", bits, 52n), 0x7ffn);
  const mantissa = op("or", op("and", bits, (1n << 52n) - 1n), 1n << 52n);
  // The first bit with a weight of 2 in the product.
  const first = op("sub", exponent, 1013n);
  table ??= bitsOfTwoOverPi();
  const address = e.op("i32.add", e.table(table), e.op("i32.wrap_i64", op("shl", op("shr_u", first, 6n), 3n)));
  const loaded = [0, 1, 2, 3].map((i) => e.load("i64.load", address, 8 * i));
  const shift = op("and", first, 63n);
  const [a, b, c] = [0, 1, 2].map((i) =>
    op("or", op("shl", loaded[i], shift), op("shr_u", op("shr_u", loaded[i + 1], 1n), op("sub", word(63n), shift))),
  );
  const middle = op("mul", mantissa, b);
  const lower = op("add", middle, upperProduct(mantissa, c));
  const carry = e.op("i64.extend_i32_u", e.op("i64.lt_u", lower, middle));
  const top = op("add", op("add", op("mul", mantissa, a), upperProduct(mantissa, b)), carry);

  const quadrant = op("shr_u", op("add", top, 1n << 61n), 62n);
  const fraction = op("or", op("shl", top, 2n), op("shr_u", lower, 62n));
  const float = (value: Value): Value => e.op("f64.convert_i64_s", value);
  const high = float(fraction);
  const rest = float(op("sub", fraction, e.op("i64.trunc_sat_f64_s", high)));
  const behind = m.mul(m.one("f64", e.op("f64.convert_i64_u", op("shl", lower, 2n))), 2 ** -64);
  const turns = fastSum(m, m.one("f64", high), m.add(m.one("f64", rest), behind));

  const head = upper(m, turns.high);
  const product = m.mul(turns.high, Math.PI / 2);
  const exact = m.sub(m.mul(head, halfPiHigh), product);
  const small = m.add(m.mul(turns.high, halfPiLow), m.mul(turns.low, Math.PI / 2));
  const remainder = m.add(exact, m.add(m.mul(m.sub(turns.high, head), halfPiHigh), small));
  // Infinity and NaN have no angle.
  const scale = m.select(
    m.compare("lt", m.arithmetic("abs", x), Number.POSITIVE_INFINITY),
    2 ** -64,
    m.constant("f64", Number.NaN),
  );
  const signed = m.copysign(scale, x);
  const turn = m.one("i64", quadrant);
  const isNegative = m.compare("lt", x, 0);
  return [m.mul(product, signed), m.mul(remainder, signed), m.select(isNegative, m.sub(0n, turn), turn)];
}
