import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as F from "./index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

const row = (...values: number[]): torch.Tensor => torch.tensor([[values]]);

describe("interpolate", () => {
  test.each<[F.InterpolateOptions, number[]]>([
    [{ scaleFactor: 2 }, [1, 1, 2, 2, 3, 3]],
    [{ size: 2 }, [1, 2]],
    [{ size: 2, mode: "nearest-exact" }, [1, 3]],
    [{ scaleFactor: 1.3, mode: "nearest-exact" }, [1, 2, 2]],
    [{ scaleFactor: 2, mode: "nearest-exact" }, [1, 1, 2, 2, 3, 3]],
    [{ size: 6, mode: "linear" }, [1, 1.25, 1.75, 2.25, 2.75, 3]],
    [{ size: 5, mode: "linear", alignCorners: true }, [1, 1.5, 2, 2.5, 3]],
    [{ size: 2, mode: "area" }, [1.5, 2.5]],
    [{ scaleFactor: 1.7, mode: "linear", recomputeScaleFactor: true }, [1, 1.4, 2, 2.6, 3]],
    [{ scaleFactor: 1.7, mode: "linear" }, [1, 1 + 6.5 / 17, 1 + 16.5 / 17, 1 + 26.5 / 17, 3]],
  ])("%j", (options, want) => {
    const got = (F.interpolate(row(1, 2, 3), options).tolistSync() as number[][][])[0][0];
    expect(got).toHaveLength(want.length);
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(want[i], 6);
  });

  test("sizes that stay are copied", () => {
    const x = torch.tensor([[[1, 2, 3]]], { requiresGrad: true });
    for (const mode of ["nearest", "linear"] as const) {
      const y = F.interpolate(x, { size: 3, mode });
      const [g] = torch.autograd.grad([y.square().sum()], [x]);
      expect([y.tolistSync(), g.tolistSync()]).toEqual([[[[1, 2, 3]]], [[[2, 4, 6]]]]);
    }
    const z = torch.tensor([[[1, 2]]]);
    F.interpolate(z, { size: 2 }).mul_(3);
    expect(z.tolistSync()).toEqual([[[1, 2]]]);
  });

  test("positions are computed once for all rows", () => {
    const x = torch.zeros([4, 8, 10, 12]);
    for (const mode of ["nearest", "nearest-exact", "bilinear", "bicubic"] as const) {
      const text = torch.explain(F.interpolate(x, { size: [23, 25], mode }));
      expect(text).toMatch(/fmod \(loop\) over \[2[35]\]/);
    }
  });

  test("with antialias, windows widen where images shrink", () => {
    const x = torch.tensor([[[[1, 2, 4, 8, 16, 32]]]], { dtype: "float64" });
    const shrunk = F.interpolate(x, { size: [1, 3], mode: "bilinear", antialias: true })
      .reshape(-1)
      .tolistSync();
    // Triangles of weights 1, 3, 3, 1 around each centre, cut off at the ends.
    const want = [(3 * 1 + 3 * 2 + 4) / 7, (2 + 3 * 4 + 3 * 8 + 16) / 8, (8 + 3 * 16 + 3 * 32) / 7];
    for (const [i, value] of (shrunk as number[]).entries()) expect(value).toBeCloseTo(want[i], 12);
    const grown = { size: [2, 9], mode: "bilinear" } as const;
    const plain = F.interpolate(x, grown).reshape(-1).tolistSync() as number[];
    const smooth = F.interpolate(x, { ...grown, antialias: true })
      .reshape(-1)
      .tolistSync() as number[];
    for (const [i, value] of smooth.entries()) expect(value).toBeCloseTo(plain[i], 12);
    expect(() => F.interpolate(x, { size: 3, antialias: true })).toThrow("Anti-alias option is only supported for");
  });

  test("a constant image stays constant, in every mode", () => {
    const x = torch.full([1, 2, 3, 4], 0.7, { dtype: "float64" });
    for (const mode of ["nearest", "nearest-exact", "bilinear", "bicubic", "area"] as const)
      for (const value of F.interpolate(x, { size: [5, 3], mode })
        .reshape(-1)
        .tolistSync() as number[])
        expect(value).toBeCloseTo(0.7, 14);
  });

  test("refuses what PyTorch refuses", () => {
    const x = torch.zeros([1, 1, 3]);
    expect(() => F.interpolate(x)).toThrow("either size or scale_factor should be defined");
    expect(() => F.interpolate(x, { size: 3, scaleFactor: 2 })).toThrow(
      "only one of size or scale_factor should be defined",
    );
    expect(() => F.interpolate(x, { size: 3, mode: "bilinear" })).toThrow(
      "Got 3D input, but bilinear mode needs 4D input",
    );
    expect(() => F.interpolate(x, { scaleFactor: 0.1 })).toThrow("input (W: 3) and output (W: 0)");
    expect(F.interpolate(torch.zeros([1, 1, 1, 3]), { scaleFactor: 0.5, mode: "area" }).shape).toEqual([1, 1, 0, 1]);
    expect(() => F.interpolate(x, { size: 3, alignCorners: true })).toThrow(
      "align_corners option can only be set with",
    );
  });
});

describe("fold and unfold", () => {
  test("fold is the adjoint of unfold", () => {
    torch.manualSeed(0);
    const options = { stride: [2, 1], padding: [1, 0], dilation: [1, 2] };
    const x = torch.randint(-4, 5, [2, 3, 5, 7]).float();
    const y = F.unfold(x, [2, 3], options);
    const z = torch.randint(-4, 5, [...y.shape]).float();
    const back = F.fold(z, [5, 7], [2, 3], options);
    expect(back.mul(x).sum().itemSync()).toBe(y.mul(z).sum().itemSync());
  });

  test("unbatched images", () => {
    expect(F.unfold(torch.zeros([3, 4, 5]), 2).shape).toEqual([12, 12]);
    expect(F.fold(torch.zeros([12, 12]), [4, 5], 2).shape).toEqual([3, 4, 5]);
  });
});

test("pixels and channels", () => {
  torch.manualSeed(0);
  const x = torch.randn([2, 8, 3, 4]);
  const y = F.pixelShuffle(x, 2);
  expect(y.shape).toEqual([2, 2, 6, 8]);
  expect(y.select(0, 1).select(0, 1).select(0, 3).select(0, 4).itemSync()).toBe(
    x.select(0, 1).select(0, 6).select(0, 1).select(0, 2).itemSync(),
  );
  expect(F.pixelUnshuffle(y, 2).tolistSync()).toEqual(x.tolistSync());
  const channels = torch.arange(6).reshape(1, 6, 1);
  expect(F.channelShuffle(channels, 2).reshape(-1).tolistSync()).toEqual([0, 3, 1, 4, 2, 5]);
  expect(() => F.pixelShuffle(x, 3)).toThrow("input.size(-3)=8 is not divisible by 9");
});

describe("gridSample", () => {
  test("the identity's grid gives the image back", () => {
    torch.manualSeed(0);
    const x = torch.randn([1, 2, 3, 4], { dtype: "float64" });
    const identity = torch.tensor(
      [
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
      ],
      { dtype: "float64" },
    );
    for (const alignCorners of [true, false])
      for (const mode of ["bilinear", "nearest", "bicubic"] as const) {
        const grid = F.affineGrid(identity, [1, 2, 3, 4], alignCorners);
        const got = F.gridSample(x, grid, { mode, alignCorners }).reshape(-1).tolistSync() as number[];
        const want = x.reshape(-1).tolistSync() as number[];
        for (const [i, value] of got.entries()) expect(value).toBeCloseTo(want[i], 12);
      }
  });

  test("outside are zeros, the border, or mirror images", () => {
    const x = torch.tensor([[[[1, 2, 4]]]]);
    const at = (position: number, paddingMode: F.GridSamplePadding): unknown =>
      F.gridSample(x, torch.tensor([[[[position, 0]]]]), { paddingMode, alignCorners: true }).itemSync();
    expect([at(2, "zeros"), at(2, "border"), at(2, "reflection"), at(-1.5, "zeros")]).toEqual([0, 4, 2, 0.5]);
  });
});
