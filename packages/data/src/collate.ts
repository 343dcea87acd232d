import { stack, Tensor, tensor, ValueError } from "@cresset/core/functions";

/**
 * What `defaultCollate` makes of samples of type T: tensors and typed arrays are stacked, numbers become a tensor, tuples and records are
 * collated member by member, strings are listed.
 */
export type Collated<T> =
  IsAny<T> extends true
    ? T
    : T extends Tensor
      ? Tensor
      : T extends number | bigint | boolean
        ? Tensor
        : T extends string
          ? T[]
          : T extends ArrayBufferView
            ? Tensor
            : T extends object
              ? { -readonly [K in keyof T]: Collated<T[K]> }
              : T[];

/** Samples of type `any`, of which nothing is said, make batches of which nothing is said. */
type IsAny<T> = 0 extends 1 & T ? true : false;

/**
 * Makes a batch of samples:
 * - tensors of one shape, or typed arrays of one length: stacked, [batch, …];
 * - numbers: a tensor [batch], by the rule of `tensor`: float32 for numbers, int64 for BigInts, bool for booleans;
 * - arrays and records: the same of each member, over all samples;
 * - strings: an array of them.
 *
 * @throws ValueError where samples differ in length, or there are none.
 * @example
 * defaultCollate([[x0, 0n], [x1, 1n]]); // [stack([x0, x1]), tensor([0, 1])]
 */
export function defaultCollate<T>(samples: readonly T[]): Collated<T> {
  // The cases of `Collated`, which TypeScript cannot follow.
  return collate(samples) as Collated<T>;
}

function collate(samples: readonly unknown[]): unknown {
  const [first] = samples;
  if (samples.every((sample) => sample instanceof Tensor)) {
    if (samples.length === 0) throw new ValueError("there is nothing to collate");
    return stack(samples);
  }
  if (samples.every(isNumber)) return tensor(samples);
  if (typeof first === "string") return [...samples];
  if (samples.every((sample) => Array.isArray(sample))) {
    const { length } = samples[0];
    if (samples.some((sample) => sample.length !== length))
      throw new ValueError("each element in list of batch should be of equal size");
    return Array.from({ length }, (_, i) => collate(samples.map((sample): unknown => sample[i])));
  }
  if (samples.every((sample) => ArrayBuffer.isView(sample) && !(sample instanceof DataView)))
    return stack(samples.map((sample) => tensor(sample as Float32Array)));
  if (samples.every(isRecord))
    return Object.fromEntries(
      Object.keys(samples[0]).map((key) => [key, collate(samples.map((sample) => sample[key]))]),
    );
  throw new ValueError(
    `default_collate: batch must contain tensors, numbers, strings, records or arrays; found ${describe(first)}. Give the loader a collateFn.`,
  );
}

/** The tensors of samples, member by member: of [x, y] pairs, all x and all y. */
export function columnsOf(samples: readonly unknown[]): (readonly Tensor[])[] {
  const [first] = samples;
  if (samples.every((sample) => sample instanceof Tensor)) return samples.length === 0 ? [] : [samples];
  const members = Array.isArray(first) ? [...first.keys()] : isRecord(first) ? Object.keys(first) : [];
  if (!samples.every((sample) => Array.isArray(sample) || isRecord(sample))) return [];
  return members.flatMap((member) =>
    columnsOf(samples.map((sample) => (sample as Record<string | number, unknown>)[member])),
  );
}

function isNumber(x: unknown): x is number | bigint | boolean {
  return typeof x === "number" || typeof x === "bigint" || typeof x === "boolean";
}

function isRecord(x: unknown): x is Readonly<Record<string, unknown>> {
  return typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype;
}

function describe(x: unknown): string {
  if (x === null) return "null";
  return typeof x === "object" ? x.constructor.name : typeof x;
}
