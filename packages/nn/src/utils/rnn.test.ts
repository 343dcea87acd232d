import { cpu } from "@cresset/backend-cpu";
import { arange, registerBackend, type Tensor, tensor } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import {
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
  unpackSequence,
  unpadSequence,
} from "./rnn.ts";

beforeAll(() => registerBackend(cpu()));

// Expected values are those of PyTorch's documentation.

test("packs step by step, longest first", () => {
  const packed = packSequence([tensor([1, 2, 3]), tensor([4, 5]), tensor([6])]);
  expect(packed.data.tolistSync()).toEqual([1, 4, 6, 2, 5, 3]);
  expect(packed.batchSizes).toEqual([3, 2, 1]);
  expect(packed.sortedIndices).toBeNull();
});

test("pads again, in the original order", () => {
  const sequences = tensor([
    [1, 2, 0],
    [3, 0, 0],
    [4, 5, 6],
  ]);
  const packed = packPaddedSequence(sequences, tensor([2n, 1n, 3n]), { batchFirst: true, enforceSorted: false });
  expect(packed.data.tolistSync()).toEqual([4, 1, 3, 5, 2, 6]);
  expect(packed.batchSizes).toEqual([3, 2, 1]);
  expect(packed.sortedIndices?.tolistSync()).toEqual([2, 0, 1]);
  expect(packed.unsortedIndices?.tolistSync()).toEqual([1, 2, 0]);
  const [padded, lengths] = padPackedSequence(packed, true);
  expect(padded.tolistSync()).toEqual(sequences.tolistSync());
  expect(lengths.tolistSync()).toEqual([2, 1, 3]);
  expect(lengths.dtype).toBe("int64");
  const [longer] = padPackedSequence(packed, { paddingValue: -1, totalLength: 4 });
  expect(longer.tolistSync()).toEqual([
    [1, 3, 4],
    [2, -1, 5],
    [-1, -1, 6],
    [-1, -1, -1],
  ]);
  expect(() => padPackedSequence(packed, { totalLength: 2 })).toThrow("Expected total_length to be at least");
});

test("elements get their gradients, padding none", () => {
  const x = arange(0, 6, { dtype: "float32" }).reshape([2, 3]).clone().requiresGrad_();
  const [padded] = padPackedSequence(packPaddedSequence(x, [1, 2], { batchFirst: true, enforceSorted: false }));
  padded.square().sum().backward();
  expect((x.grad as Tensor).tolistSync()).toEqual([
    [0, 0, 0],
    [6, 8, 0],
  ]);
});

test("refuses lengths that do not fit", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(() => packPaddedSequence(x, [1, 2], true)).toThrow("must be sorted in decreasing order");
  expect(() => packPaddedSequence(x, [1, 0], true)).toThrow("Length of all samples has to be greater than 0");
  expect(() => packPaddedSequence(x, [2], true)).toThrow("Expected `len(lengths)` to be equal to batch_size");
});

test("padSequence and its inverses", () => {
  const sequences = [tensor([[1], [2]]), tensor([[3]])];
  const padded = padSequence(sequences, { batchFirst: true, paddingValue: 9 });
  expect(padded.tolistSync()).toEqual([
    [[1], [2]],
    [[3], [9]],
  ]);
  expect(padSequence(sequences).shape).toEqual([2, 2, 1]);
  const back = (parts: Tensor[]) => parts.map((part) => part.tolistSync());
  expect(back(unpadSequence(padded, [2, 1], true))).toEqual([[[1], [2]], [[3]]]);
  expect(back(unpackSequence(packSequence(sequences.toReversed(), false)))).toEqual([[[3]], [[1], [2]]]);
});
