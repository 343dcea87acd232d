import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import { oneHot, oneHotSync } from "./one-hot.ts";
import { pad } from "./pad.ts";

beforeAll(() => torch.registerBackend(cpu()));

const row = () => torch.tensor([[[1, 2, 3, 4]]]);
const values = (x: torch.Tensor) => x.flatten().tolistSync();

describe("pad", () => {
  test("one dimension in each mode", () => {
    expect(values(pad(row(), [1, 2], "constant", 9))).toEqual([9, 1, 2, 3, 4, 9, 9]);
    expect(values(pad(row(), [1, 2], "reflect"))).toEqual([2, 1, 2, 3, 4, 3, 2]);
    expect(values(pad(row(), [1, 2], { mode: "constant", value: 9 }))).toEqual([9, 1, 2, 3, 4, 9, 9]);
    expect(values(pad(row(), [1, 2], { mode: "reflect" }))).toEqual([2, 1, 2, 3, 4, 3, 2]);
    expect(values(pad(row(), [1, 2], "replicate"))).toEqual([1, 1, 2, 3, 4, 4, 4]);
    expect(values(pad(row(), [1, 2], "circular"))).toEqual([4, 1, 2, 3, 4, 1, 2]);
  });

  test("negative sizes cut off", () => {
    expect(values(pad(row(), [-1, 1]))).toEqual([2, 3, 4, 0]);
    expect(values(pad(row(), [-3, 2], "reflect"))).toEqual([4, 3, 2]);
    expect(values(pad(row(), [2, -2], "replicate"))).toEqual([1, 1, 1, 2]);
    expect(values(pad(row(), [-1, 2], "circular"))).toEqual([2, 3, 4, 2, 3]);
    expect(() => pad(row(), [-3, -2])).toThrow("start (0) + length (-1) exceeds dimension size");
    expect(() => pad(torch.ones(2, 3), [-3, 0, 1, 0])).toThrow("Check dimension 1 of your input.");
    expect(() => pad(torch.ones(3), [-4, 0])).toThrow("in range of [-3, 2], but got 4)");
  });

  test("corners of two dimensions", () => {
    const x = torch.tensor([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(pad(x, [1, 0, 0, 1], "reflect").tolistSync()).toEqual([
      [
        [2, 1, 2],
        [4, 3, 4],
        [2, 1, 2],
      ],
    ]);
    expect(pad(x, [1, 0, 0, 1], "circular").tolistSync()).toEqual([
      [
        [2, 1, 2],
        [4, 3, 4],
        [2, 1, 2],
      ],
    ]);
    expect(pad(x, [0, 0, 1, 0], "replicate").tolistSync()).toEqual([
      [
        [1, 2],
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  test("gradients add up where an element is used several times", () => {
    const x = row().requiresGrad_();
    pad(x, [1, 2], "reflect").sum().backward();
    expect(x.grad === null ? null : values(x.grad)).toEqual([1, 3, 2, 1]);
  });

  test("errors", () => {
    expect(() => pad(row(), [1])).toThrow("Padding length must be divisible by 2");
    expect(() => pad(row(), [1, 1, 1, 1, 1, 1, 1, 1])).toThrow("Padding length too large");
    expect(() => pad(row(), [4, 0], "reflect")).toThrow(
      "Padding size should be less than the corresponding input dimension",
    );
    expect(() => pad(row(), [5, 0], "circular")).toThrow("Padding value causes wrapping around more than once.");
    expect(() => pad(row(), [1, 1], "reflect", 3)).toThrow("doesn't take in value argument");
    expect(() => pad(torch.zeros(2), [1, 1], "reflect")).toThrow("Only 2D, 3D, 4D, 5D padding");
  });
});

describe("oneHot", () => {
  test("with and without the number of classes", async () => {
    const classes = torch.tensor([[0n, 2n]]);
    expect(oneHot(classes, 3).tolistSync()).toEqual([
      [
        [1, 0, 0],
        [0, 0, 1],
      ],
    ]);
    expect((await oneHot(classes)).shape).toEqual([1, 2, 3]);
    expect(oneHotSync(classes).dtype).toBe("int64");
  });

  test("values are checked", async () => {
    expect(() => oneHot(torch.tensor([3n]), 3).tolistSync()).toThrow("Class values must be smaller than num_classes.");
    expect(() => oneHot(torch.tensor([2n ** 32n + 1n]), 3).tolistSync()).toThrow("must be smaller than num_classes.");
    expect(() => oneHot(torch.tensor([-1n]), 3).tolistSync()).toThrow("Class values must be non-negative.");
    await expect(oneHot(torch.tensor([-1n]))).rejects.toThrow("Class values must be non-negative.");
    expect(() => oneHot(torch.tensor([1]), 3)).toThrow("one_hot is only applicable to index tensor.");
  });
});
