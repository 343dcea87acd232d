/** Programs in a memory that is almost full, or half full, and tensors with very many elements. Pages that nobody touches cost nothing. */
import { axis, load, loop, reads, runOnce, single, store, writes } from "@cresset/conformance/kernels";
import * as torch from "@cresset/core";
import { type Backend, BackendError } from "@cresset/core/backend";
import { functional } from "@cresset/nn";
import { describe, expect, test } from "vitest";
import { wasm } from "./index.ts";

const mebibyte = 1024 ** 2;

/** A backend of which so many bytes are in use, as the default device. */
async function backendWith(bytes: number, threads = 1): Promise<Backend> {
  const backend = wasm({ threads, ...(threads > 1 && { share: "all" }) });
  for (let left = bytes; left > 0; left -= 32 * mebibyte) backend.allocate("uint8", Math.min(left, 32 * mebibyte));
  await torch.registerBackend(backend);
  torch.setDefaultDevice("wasm");
  return backend;
}

describe("addresses in the upper half", () => {
  /** Results of some MiB each, one after the other. */
  const results: Readonly<Record<string, () => torch.Tensor>> = {
    "a sort of one long row": () => torch.rand(1_500_000).sort()[0],
    "a stable sort of float64": () =>
      torch.rand(700_000, { dtype: "float64" }).sort({ stable: true, descending: true })[1],
    "short sorted rows": () => torch.rand(40_000, 30).sort()[0],
    "a product": () => torch.rand(1200, 900).matmul(torch.rand(900, 1100)),
    "a product with a transposed operand": () => torch.rand(700, 1000).t().matmul(torch.rand(700, 1100)),
    "sums of rows, columns and all": () => {
      const x = torch.rand(1500, 1700);
      return torch.cat([x.sum(0), x.sum(1), x.sum().reshape(1), x.max(0)[0], x.argmax(1).to("float32")]);
    },
    "running sums": () => torch.rand(1000, 1500).cumsum(1),
    "elements chosen by position": () => {
      const x = torch.rand(1_500_000);
      return x.indexSelect(0, torch.randperm(1_500_000)).exp();
    },
    "scattered sums": () =>
      torch.zeros(1_000_000).indexAdd(0, torch.randint(0, 1_000_000, [1_000_000]), torch.rand(1_000_000)),
    "a transposed copy": () => torch.rand(1300, 1100).t().contiguous().add(1),
    "a convolution": () => functional.conv2d(torch.rand(8, 16, 64, 64), torch.rand(16, 16, 3, 3), null, { padding: 1 }),
  };

  test.each(Object.entries(results))("hold %s", async (_, result) => {
    const run = async (bytes: number): Promise<torch.HostArray> => {
      await backendWith(bytes);
      torch.manualSeed(0);
      return await result().data();
    };
    const expected = await run(0);
    // Temporaries, operands and results lie here or there of the middle, or across it.
    for (const before of [6, 20]) {
      const found = await run(2 ** 31 - before * mebibyte);
      expect(found.findIndex((value, i) => value !== expected[i])).toBe(-1);
    }
  });
});

describe("more points than code counts", () => {
  test.each<[string, () => torch.Tensor]>([
    ["summed", () => torch.ones(50_000, 50_000).sum()],
    ["compared", () => torch.rand(1).expand(2_200_000_000).max()],
    ["stored", () => torch.zeros(2_200_000_000, { dtype: "uint8" }).add(7).max()],
  ])("are an error where they are %s", async (_, result) => {
    await backendWith(0);
    await expect(result().data()).rejects.toThrow(BackendError);
    await expect(result().data()).rejects.toThrow("points, and code counts to");
  });
});

describe("an almost full memory", () => {
  test("has room for one block of nearly all of it", () => {
    const backend = wasm({ threads: 1 });
    expect(() => backend.allocate("uint8", 3.9 * 1024 * mebibyte)).not.toThrow();
    expect(() => backend.allocate("uint8", 200 * mebibyte)).toThrow("out of memory");
  });

  test("takes back what programs needed while they ran", () => {
    const backend = wasm({ threads: 1 });
    const copy = loop([...reads("float32"), writes("float32")], 1, 1, [store(1, axis(0), load("float32", 0, axis(0)))]);
    const small = single(copy, [4, 4], [4]);
    const large = { ...small, arenaBytes: 1900 * mebibyte };
    const run = (program: typeof small): unknown => runOnce(backend, program, [new Float32Array(4)]);
    expect(() => run(large)).not.toThrow();
    for (const bytes of [2100 * mebibyte, 1800 * mebibyte])
      expect(() => backend.allocate("uint8", bytes)).not.toThrow();
    expect(() => run(large)).toThrow("out of memory");
    expect(() => run(small)).not.toThrow();
  });

  test("one row is sorted in the memory that one thread needs, whatever threads there are", async () => {
    const used = async (threads: number): Promise<number> => {
      const backend = await backendWith(0, threads);
      for (let i = 0; i < 2; i++) await torch.rand(1_000_000).sort()[1].data();
      return Number(backend.info().usedBytes);
    };
    expect((await used(4)) / (await used(1))).toBeLessThan(1.1);
  });
});

test("buffers of another instance are refused", () => {
  const [one, other] = [wasm({ threads: 1 }), wasm({ threads: 1 })];
  const buffer = one.allocate("float32", 4);
  expect(() => other.readSync?.(buffer)).toThrow("this buffer belongs to another backend");
});
