import { cpu } from "@cresset/backend-cpu";
import { cat, deviceNames, manualSeed, rand, registerBackend, type Tensor } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import { DataLoader } from "./data-loader.ts";

beforeAll(async () => {
  if (!deviceNames().includes("cpu")) await registerBackend(cpu());
});

/** Samples that come when they are told to; later ones first. */
class Slow {
  readonly length = 8;
  readonly asked: number[] = [];
  private readonly waiting = new Map<number, (value: number) => void>();

  get(index: number): Promise<number> {
    this.asked.push(index);
    return new Promise((resolve) => this.waiting.set(index, resolve));
  }

  answer(): void {
    for (const [index, resolve] of [...this.waiting].reverse()) {
      this.waiting.delete(index);
      resolve(index);
    }
  }
}

/** Long enough for everything that waits for nothing. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

async function next(iterator: AsyncIterator<Tensor>, slow: Slow): Promise<unknown> {
  const result = iterator.next();
  await settle();
  slow.answer();
  const { done, value } = await result;
  return done ? "done" : value.tolist();
}

test.each([1, 2])("with %i batches in advance, so many are in flight, in their order", async (prefetchFactor) => {
  const slow = new Slow();
  const iterator = new DataLoader(slow, { batchSize: 2, prefetchFactor })[Symbol.asyncIterator]();
  expect(slow.asked).toEqual([]);
  for (let batch = 0; batch < 4; batch++) {
    expect(await next(iterator, slow)).toEqual([2 * batch, 2 * batch + 1]);
    expect(slow.asked).toHaveLength(Math.min(2 * (batch + 1 + prefetchFactor), 8));
  }
  expect(await next(iterator, slow)).toBe("done");
});

test("without batches in advance, one sample after the other: what they draw is drawn in their order", async () => {
  const twice = (first: Tensor): Tensor => cat([first, rand(1)]);
  const atOnce = { length: 6, get: (_: number) => twice(rand(1)) };
  const later = {
    length: 6,
    async get(index: number): Promise<Tensor> {
      const first = rand(1);
      for (let i = index; i < 6; i++) await settle();
      return twice(first);
    },
  };
  manualSeed(0);
  const want = [...new DataLoader(atOnce, { batchSize: 3 })].map((batch) => batch.tolistSync());
  manualSeed(0);
  const got: unknown[] = [];
  for await (const batch of new DataLoader(later, { batchSize: 3 })) got.push(batch.tolistSync());
  expect(got).toEqual(want);
});

test("an error is thrown where its batch would have been, whether the data set throws or rejects", async () => {
  const failing = (get: (i: number) => number | Promise<number>) => ({ length: 6, get });
  const rejects = failing((i) => (i === 4 ? Promise.reject(new Error("no sample 4")) : Promise.resolve(i)));
  const throws = failing((i) => {
    if (i === 4) throw new Error("no sample 4");
    return i;
  });
  for (const dataset of [rejects, throws]) {
    const iterator = new DataLoader(dataset, { batchSize: 2, prefetchFactor: 4 })[Symbol.asyncIterator]();
    for (const batch of [0, 1])
      expect(await (await iterator.next()).value?.tolist()).toEqual([2 * batch, 2 * batch + 1]);
    await settle();
    await expect(iterator.next()).rejects.toThrow("no sample 4");
    expect((await iterator.next()).done).toBe(true);
  }
});

test("errors of batches that nobody takes any more stay silent", async () => {
  const dataset = { length: 4, get: async (i: number) => (i > 0 ? Promise.reject(new Error("late")) : i) };
  const unheard: unknown[] = [];
  const listen = (reason: unknown) => void unheard.push(reason);
  process.on("unhandledRejection", listen);
  for await (const _ of new DataLoader(dataset, { prefetchFactor: 3 })) break;
  await settle();
  process.off("unhandledRejection", listen);
  expect(unheard).toEqual([]);
});

test("a stream is read in advance, one sample at a time", async () => {
  let [reading, most, read] = [0, 0, 0];
  const stream: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        most = Math.max(most, ++reading);
        await settle();
        reading--;
        return read < 7 ? { done: false as const, value: read++ } : { done: true as const, value: undefined };
      },
    }),
  };
  const batches: unknown[] = [];
  for await (const batch of new DataLoader(stream, { batchSize: 2, prefetchFactor: 1 })) {
    batches.push(batch.tolistSync());
    while (batches.length === 1 && read < 4) await settle();
  }
  expect(batches).toEqual([[0, 1], [2, 3], [4, 5], [6]]);
  expect(most).toBe(1);
});

test("a factor that is no count is refused", () => {
  expect(() => new DataLoader([1], { prefetchFactor: -1 })).toThrow("prefetch_factor must be a number of batches");
  expect(() => new DataLoader([1], { prefetchFactor: 0.5 })).toThrow("prefetch_factor must be a number of batches");
});
