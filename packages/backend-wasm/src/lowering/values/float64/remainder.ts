import { iterate } from "../../code/iterate.ts";
import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";
import { patched } from "../../code/patched.ts";
import { toFloat32, toFloat64 } from "../conversions.ts";

/** A number with the sign dropped as an integer of 53 bits and an exponent: integer · 2^(exponent − 1075). */
function decomposed(m: LaneMath, x: Lanes): { readonly mantissa: Lanes; readonly exponent: Lanes } {
  const bits = m.reinterpret("i64", m.arithmetic("abs", x));
  const exponent = m.shift("shr_u", bits, 52);
  const fraction = m.bitwise("and", bits, (1n << 52n) - 1n);
  const isSubnormal = m.compare("eq", exponent, 0n);
  const leading = m.sub(m.one("i64", m.e.op("i64.clz", fraction.parts[0])), 11n);
  const shifted = m.one("i64", m.e.op("i64.shl", fraction.parts[0], leading.parts[0]));
  return {
    mantissa: m.select(isSubnormal, shifted, m.bitwise("or", fraction, 1n << 52n)),
    exponent: m.select(isSubnormal, m.sub(1n, leading), exponent),
  };
}

/** 2^exponent for one integer from −1022 to 1023. */
const powerOf = (m: LaneMath, exponent: Lanes): Lanes =>
  m.reinterpret("f64", m.shift("shl", m.add(exponent, 1023n), 52));

/** The exact remainder of one x by one y, with the sign of x: long division, eleven binary digits at a time. */
export function fmod(m: LaneMath, x: Lanes, y: Lanes): Lanes {
  const { e } = m;
  const [a, b] = [m.arithmetic("abs", x), m.arithmetic("abs", y)];
  const dividend = decomposed(m, a);
  const { mantissa, exponent } = decomposed(m, b);
  // Code of a branch may be moved out of it, where dividing by 0 would trap.
  const divisor = m.select(m.compare("eq", mantissa, 0n), 1n, mantissa);
  const modulo = (value: Lanes): Lanes => m.one("i64", e.op("i64.rem_u", value.parts[0], divisor.parts[0]));
  const divides = m.bitwise(
    "and",
    m.bitwise("and", m.compare("gt", b, 0), m.compare("ge", a, b)),
    m.compare("lt", a, Number.POSITIVE_INFINITY),
  );
  return patched(m, m.select(m.compare("lt", a, b), x, Number.NaN), divides, () => {
    const start = [modulo(dividend.mantissa), m.sub(dividend.exponent, exponent)];
    const [rest] = iterate(
      m,
      start,
      ([, digits]) => m.compare("gt", digits, 0n).parts[0],
      ([value, digits]) => {
        const taken = m.arithmetic("min", digits, 11n);
        const shifted = m.one("i64", e.op("i64.shl", value.parts[0], taken.parts[0]));
        return [modulo(shifted), m.sub(digits, taken)];
      },
    );
    const scale = m.sub(exponent, 1075n);
    const half = m.shift("shr_s", scale, 1);
    const number = m.one("f64", e.op("f64.convert_i64_s", rest.parts[0]));
    return m.copysign(m.mul(m.mul(number, powerOf(m, half)), powerOf(m, m.sub(scale, half))), x);
  });
}

/** Below this, a quotient of float32 values is exact enough in float64 to take it off. */
const quick = 2 ** 28;

/** The remainder of float32 values. */
export function fmodOfSingle(m: LaneMath, x: Lanes, y: Lanes): Lanes {
  const [dividend, divisor] = [toFloat64(m, x), toFloat64(m, y)];
  const quotient = m.div(dividend, divisor);
  const rest = toFloat32(m, m.sub(dividend, m.mul(m.arithmetic("trunc", quotient), divisor)));
  const isSmaller = m.compare("lt", m.arithmetic("abs", x), m.arithmetic("abs", y));
  const isLong = m.not(m.compare("lt", m.arithmetic("abs", quotient), quick));
  return patched(m, m.select(isSmaller, x, m.copysign(rest, x)), isLong, () =>
    toFloat32(m, m.callEach("fmod", ["f64"], dividend, divisor)[0]),
  );
}
