import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const points = () =>
  torch.tensor([
    [0, 1],
    [1, 0],
    [2, 1],
    [2, 2],
  ]);
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));

// Numbers and texts are PyTorch 1.13's.
test("points in a grid", () => {
  const { hist, binEdges } = torch.histogramdd(points(), [3, 3], { weight: torch.tensor([1, 2, 4, 8]) });
  expect(hist.tolistSync()).toEqual([
    [0, 1, 0],
    [2, 0, 0],
    [0, 4, 8],
  ]);
  expect(binEdges.map((edges) => edges.tolistSync())).toEqual([near([0, 2 / 3, 4 / 3, 2]), near([0, 2 / 3, 4 / 3, 2])]);
  const density = torch.histogramdd(points(), 2, { range: [0, 1, 0, 1], density: true });
  expect(density.hist.tolistSync()).toEqual([
    [0, 2],
    [2, 0],
  ]);
  const [byEdges] = torch.histogramdd(points(), [torch.tensor([0, 1, 3]), torch.tensor([0, 2])]);
  expect((byEdges as torch.Tensor).tolistSync()).toEqual([[1], [3]]);
  expect(torch.histogramdd(torch.ones(2, 3, 2), 1).hist.tolistSync()).toEqual([[6]]);
  expect(String(torch.histogramdd(torch.ones(1, 1), 1))).toBe(
    "torch.return_types.histogramdd(\nhist=tensor([1.]),\nbin_edges=(tensor([0.5000, 1.5000])))",
  );
});

test("what does not fit is refused", () => {
  expect(() => torch.histogramdd(torch.ones(3), 2)).toThrow("input tensor should have at least 2 dimensions");
  expect(() => torch.histogramdd(points(), [2])).toThrow("expected 2, but got 1");
  expect(() => torch.histogramdd(points(), [2, 0])).toThrow("bins must be > 0, but got 0 for dimension 1");
  expect(() => torch.histogramdd(points(), 2, { range: [0, 1] })).toThrow(
    "torch.histogramdd: for a 2-dimensional histogram range should have 4 elements, but got 2",
  );
  expect(() => torch.histogramdd(points().long(), 2)).toThrow("\"histogramdd\" not implemented for 'Long'");
  expect(() => torch.histogramdd(points(), 2, { weight: torch.ones(3) })).toThrow("weight tensor");
});
