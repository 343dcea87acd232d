/** `torch.nn.utils.rnn`: sequences of different lengths, padded or packed. */
import {
  DTypeError,
  fromHost,
  indexSelect,
  maskedFill,
  narrow,
  reshape,
  ShapeError,
  select,
  stack,
  Tensor,
  ValueError,
} from "@cresset/core/functions";
import { pad } from "../functional/pad.ts";
import { keywords } from "../keywords.ts";
import { PackedSequence } from "./packed-sequence.ts";

export { PackedSequence } from "./packed-sequence.ts";

/** Lengths of sequences: numbers, or a tensor of integers whose values are read at once. */
export type Lengths = Tensor | readonly number[];

export interface PackPaddedOptions {
  /** Whether the batch is the first dimension instead of the second; default false. */
  readonly batchFirst?: boolean;
  /** Whether the sequences must come longest first, as ONNX wants them; otherwise they are sorted here. Default true. */
  readonly enforceSorted?: boolean;
}

function lengthsOf(lengths: Lengths): number[] {
  if (!(lengths instanceof Tensor)) return [...lengths];
  if (lengths.dtype !== "int64" && lengths.dtype !== "int32")
    throw new DTypeError(`'lengths' must be integers, got ${lengths.dtype}`);
  return Array.from(lengths.value.slot?.host ?? lengths.dataSync(), Number);
}

/** int64 positions as a tensor on the device of another. */
function positions(values: readonly number[], shape: readonly number[], like: Tensor): Tensor {
  return fromHost(BigInt64Array.from(values, BigInt), shape, "int64", like.device);
}

/** Rows of a tensor, where all but its dimensions from `from` on are one. */
function flatRows(x: Tensor, from: number): Tensor {
  return reshape(x, [-1, ...x.shape.slice(from)]);
}

/**
 * Packs padded sequences: only their elements are kept, step by step, longest sequence first.
 *
 * @param input [T, N, *], or [N, T, *] with `batchFirst`.
 * @param lengths the length of each sequence, at least 1.
 * @throws ValueError for lengths that do not fit, or are not sorted though `enforceSorted`.
 * @example
 * const packed = nn.utils.rnn.packPaddedSequence(x, [5, 3, 4], { batchFirst: true, enforceSorted: false });
 * const [output] = lstm(packed);
 * const [padded, lengths] = nn.utils.rnn.padPackedSequence(output, { batchFirst: true });
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: Lengths,
  batchFirst?: boolean | PackPaddedOptions,
  enforceSorted?: boolean | PackPaddedOptions,
): PackedSequence {
  const options = keywords<PackPaddedOptions>(["batchFirst", "enforceSorted"], [batchFirst, enforceSorted]);
  const given = lengthsOf(lengths);
  const timeAt = options.batchFirst ? 1 : 0;
  const count = input.shape[1 - timeAt];
  const steps = input.shape[timeAt];
  if (input.numel() === 0) throw new ShapeError("Cannot pack empty tensors.");
  if (given.length !== count)
    throw new ShapeError(
      `Expected \`len(lengths)\` to be equal to batch_size, but got ${given.length} (batch_size=${count})`,
    );
  if (given.some((length) => length <= 0))
    throw new ValueError(
      "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
    );
  const order = given.map((_, i) => i);
  if (options.enforceSorted === false) order.sort((a, b) => given[b] - given[a]);
  else if (given.some((length, i) => i > 0 && given[i - 1] < length))
    throw new ValueError(
      "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.",
    );
  const longest = given[order[0]];
  if (longest > steps) throw new ShapeError(`Expected lengths of at most ${steps}, but got ${longest}`);
  const batchSizes = Array.from({ length: longest }, (_, t) => given.filter((length) => length > t).length);
  const rows = batchSizes.flatMap((size, t) =>
    order.slice(0, size).map((n) => (options.batchFirst ? n * steps + t : t * count + n)),
  );
  const data = indexSelect(flatRows(input, 2), 0, positions(rows, [rows.length], input));
  return new PackedSequence(data, batchSizes, options.enforceSorted === false ? order : null);
}

export interface PadPackedOptions {
  /** Whether the batch is the first dimension of the result; default false. */
  readonly batchFirst?: boolean;
  /** What fills the rest of shorter sequences; default 0. */
  readonly paddingValue?: number;
  /** Pads to this many steps; default: the longest sequence. */
  readonly totalLength?: number | null;
}

/**
 * The inverse of `packPaddedSequence`: the padded sequences in their original order, and their lengths (int64).
 *
 * @returns [T, N, *] (or [N, T, *] with `batchFirst`) and [N].
 */
export function padPackedSequence(
  sequence: PackedSequence,
  batchFirst?: boolean | PadPackedOptions,
  paddingValue?: number | PadPackedOptions,
  totalLength?: number | null | PadPackedOptions,
): [padded: Tensor, lengths: Tensor] {
  const names = ["batchFirst", "paddingValue", "totalLength"] as const;
  const options = keywords<PadPackedOptions>([...names], [batchFirst, paddingValue, totalLength]);
  const { data, batchSizes } = sequence;
  const longest = batchSizes.length;
  const steps = options.totalLength ?? longest;
  if (steps < longest)
    throw new ValueError(
      `Expected total_length to be at least the length of the longest sequence in input, but got total_length=${steps} and max sequence length being ${longest}`,
    );
  const count = batchSizes[0];
  const places = sequence.places();
  const starts = startsOf(batchSizes);
  const rows: number[] = [];
  const inside: boolean[] = [];
  const element = (n: number, t: number): void => {
    const present = t < longest && places[n] < batchSizes[t];
    inside.push(present);
    rows.push(present ? starts[t] + places[n] : 0);
  };
  if (options.batchFirst) for (let n = 0; n < count; n++) for (let t = 0; t < steps; t++) element(n, t);
  else for (let t = 0; t < steps; t++) for (let n = 0; n < count; n++) element(n, t);
  const shape = options.batchFirst ? [count, steps] : [steps, count];
  let padded = indexSelect(data, 0, positions(rows, [rows.length], data));
  if (inside.includes(false)) {
    const outside = Uint8Array.from(inside, (present) => Number(!present));
    const mask = fromHost(outside, [rows.length, ...data.shape.slice(1).map(() => 1)], "bool", data.device);
    padded = maskedFill(padded, mask, options.paddingValue ?? 0);
  }
  const lengths = Array.from({ length: count }, (_, n) => batchSizes.filter((size) => size > places[n]).length);
  return [reshape(padded, [...shape, ...data.shape.slice(1)]), positions(lengths, [count], data)];
}

function startsOf(batchSizes: readonly number[]): number[] {
  let at = 0;
  return batchSizes.map((size) => {
    const start = at;
    at += size;
    return start;
  });
}

export interface PadSequenceOptions {
  /** Whether the batch is the first dimension of the result; default false. */
  readonly batchFirst?: boolean;
  /** Default 0. */
  readonly paddingValue?: number;
}

/** Sequences [Lᵢ, *] as one tensor [T, N, *] (or [N, T, *] with `batchFirst`), filled up to the longest. */
export function padSequence(
  sequences: readonly Tensor[],
  batchFirst?: boolean | PadSequenceOptions,
  paddingValue?: number | PadSequenceOptions,
): Tensor {
  const options = keywords<PadSequenceOptions>(["batchFirst", "paddingValue"], [batchFirst, paddingValue]);
  const longest = Math.max(...sequences.map((x) => x.shape[0]));
  const filled = sequences.map((x) => {
    const around = [...x.shape.slice(1).flatMap(() => [0, 0]), 0, longest - x.shape[0]];
    return x.shape[0] === longest ? x : pad(x, around, "constant", options.paddingValue ?? 0);
  });
  return stack(filled, options.batchFirst ? 0 : 1);
}

/** The sequences that `padSequence` made one tensor of. */
export function unpadSequence(
  paddedSequences: Tensor,
  lengths: Lengths,
  batchFirst?: boolean | Pick<PadSequenceOptions, "batchFirst">,
): Tensor[] {
  const dim = keywords<PadSequenceOptions>(["batchFirst"], [batchFirst]).batchFirst ? 0 : 1;
  return lengthsOf(lengths).map((length, n) => narrow(select(paddedSequences, dim, n), 0, 0, length));
}

/** Packs sequences [Lᵢ, *]. */
export function packSequence(
  sequences: readonly Tensor[],
  options: boolean | Pick<PackPaddedOptions, "enforceSorted"> = {},
): PackedSequence {
  const { enforceSorted = true } = typeof options === "boolean" ? { enforceSorted: options } : options;
  const lengths = sequences.map((x) => x.shape[0]);
  return packPaddedSequence(padSequence(sequences), lengths, { enforceSorted });
}

/** The sequences of a packed sequence, in their original order. */
export function unpackSequence(packedSequences: PackedSequence): Tensor[] {
  const [padded, lengths] = padPackedSequence(packedSequences, { batchFirst: true });
  return unpadSequence(padded, lengths, true);
}
