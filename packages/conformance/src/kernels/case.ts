/** Programs of one kernel each with what they must give: the first thing that a new backend can try. */
import {
  type Argument,
  type Backend,
  floatToHalf,
  type HostArray,
  halfToFloat,
  type Kernel,
} from "@cresset/core/backend";
import { runOnceAsync, single } from "./build.ts";

/** What an operand must hold afterwards; float16 as numbers. */
export interface Expected {
  readonly values: readonly (number | bigint)[];
  /** How far each element may be from it; default 0. The sign of zero does not count, NaN equals NaN. */
  readonly within?: number | ((i: number) => number);
}

/** A kernel, what it is run on, and the result. */
export interface KernelCase {
  readonly name: string;
  readonly kernel: Kernel;
  /** The number of elements of each operand. */
  readonly lengths: number[];
  readonly extents: number[];
  /** What each operand holds before; zeros where there is nothing. */
  readonly data: readonly (HostArray | undefined)[];
  readonly arguments?: readonly Argument[];
  /** By the number of the operand. */
  readonly expected: Readonly<Record<number, Expected>>;
}

/** Whether a backend has the dtypes that a case needs. */
export function isFor(backend: Backend, { kernel }: KernelCase): boolean {
  return kernel.operands.every(({ dtype }) => backend.dtypes.has(dtype));
}

/**
 * Runs a case, and says what is wrong with the result; null if nothing is.
 *
 * @example
 * for (const one of kernelCases.filter((each) => isFor(backend, each))) console.log(one.name, await failureOf(backend, one));
 */
export async function failureOf(backend: Backend, one: KernelCase): Promise<string | null> {
  const { kernel, lengths, extents, data, expected } = one;
  const { arrays, status } = await runOnceAsync(backend, single(kernel, lengths, extents), data, one.arguments);
  if (status !== -1) return `the program ended with status ${status}`;
  for (const [operand, { values, within = 0 }] of Object.entries(expected)) {
    const { dtype } = kernel.operands[Number(operand)];
    const got = [...arrays[Number(operand)]].map((x) => (dtype === "float16" ? halfToFloat(Number(x)) : x));
    if (got.length !== values.length) return `operand ${operand} has ${got.length} elements, not ${values.length}`;
    const wrong = values.findIndex((want, i) => !isNear(got[i], want, typeof within === "number" ? within : within(i)));
    if (wrong >= 0) return `operand ${operand}, element ${wrong}: ${got[wrong]} instead of ${values[wrong]}`;
  }
  return null;
}

function isNear(got: number | bigint, want: number | bigint, within: number): boolean {
  if (typeof got !== typeof want) return false;
  if (got === want || (Number.isNaN(got) && Number.isNaN(want))) return true;
  return within > 0 && Math.abs(Number(got) - Number(want)) <= within;
}

export const f32 = (...values: readonly number[]): Float32Array<ArrayBuffer> => Float32Array.from(values);
export const i32 = (...values: readonly number[]): Int32Array<ArrayBuffer> => Int32Array.from(values);
export const i64 = (...values: readonly number[]): BigInt64Array<ArrayBuffer> =>
  BigInt64Array.from(values.map((value) => BigInt(value)));
export const f16 = (...values: readonly number[]): Uint16Array<ArrayBuffer> =>
  Uint16Array.from(values.map(floatToHalf));
