/** A backend with little memory: values move to host arrays and back, and nothing is lost or held too long. */
import { cpu } from "@cresset/backend-cpu";
import { beforeEach, describe, expect, test } from "vitest";
import type { Backend, BackendBuffer } from "../backend/backend.ts";
import { nullBackend } from "../backend/null.ts";
import { bytesOf } from "../dtype/dtype.ts";
import type { Tensor } from "../index.ts";
import * as torch from "../index.ts";
import * as L from "../testing/loops.ts";
import { registerBackend, setDefaultDevice } from "./device.ts";

const limit = 1 << 20;
const elements = 1 << 14;

/** Counts what a backend holds; a buffer given back is not used again. */
class Counted {
  held = 0;
  peak = 0;
  readonly backend: Backend;

  constructor(inner: Backend, name: string) {
    const bytes = (buffer: BackendBuffer): number => buffer.length * bytesOf(buffer.dtype);
    const live = new Set<BackendBuffer>();
    const check = (buffer: BackendBuffer): BackendBuffer => {
      if (!live.has(buffer)) throw new Error("a buffer was used after it was given back");
      return buffer;
    };
    this.backend = {
      ...inner,
      name,
      memoryLimit: limit,
      allocate: (dtype, length) => {
        const buffer = inner.allocate(dtype, length);
        live.add(buffer);
        this.held += bytes(buffer);
        this.peak = Math.max(this.peak, this.held);
        return buffer;
      },
      release: (buffer) => {
        this.held -= bytes(check(buffer));
        live.delete(buffer);
        inner.release(buffer);
      },
      write: (buffer, data) => inner.write(check(buffer), data),
      readSync: (buffer) => (inner.readSync as NonNullable<Backend["readSync"]>)(check(buffer)),
      read: (buffer) => inner.read(check(buffer)),
      run: (executable, buffers, args) => inner.run(executable, buffers.map(check), args),
    };
  }
}

let counted: Counted;

async function use(inner: Backend): Promise<void> {
  counted = new Counted(inner, "counted");
  await registerBackend(counted.backend);
  setDefaultDevice("counted");
}

function train(steps: number): Tensor {
  const w = L.parameter(0.5, elements);
  const optimizer = L.sgd([w], 0.001);
  for (let i = 0; i < steps; i++) {
    const x = L.filled(Math.sin(i), elements);
    const loss = L.module(() => L.sum(L.mul(L.tanh(L.mul(x, w)), w)));
    if (i % 3 === 0) L.read(loss);
    optimizer.zeroGrad();
    L.backward(loss);
    optimizer.step();
  }
  return w;
}

describe("with nothing computed", () => {
  beforeEach(() => use(nullBackend()));

  test("a training loop with fresh inputs stays under the limit", () => {
    train(100);
    expect(counted.peak).toBeLessThanOrEqual(limit);
    expect(counted.peak).toBeGreaterThan(limit / 4);
  });

  test("so do results that are kept, and a program of many outputs", () => {
    const kept: Tensor[] = [];
    for (let i = 0; i < 60; i++) {
      kept.push(L.tanh(L.filled(i, elements)));
      L.read(kept[i]);
    }
    expect(counted.peak).toBeLessThanOrEqual(limit);
    const x = L.filled(1, elements);
    const many = torch.split(x.mul(2), elements / 8).map((part) => part.add(1));
    for (const part of many) L.read(part);
    expect(counted.peak).toBeLessThanOrEqual(limit);
  });
});

describe("on cpu", () => {
  beforeEach(() => use(cpu()));

  test("a small result gives its buffer back when it is read, and takes part again", async () => {
    const x = torch.tensor([1, 2, 3]);
    expect(await x.sum().item()).toBe(6);
    const { held } = counted;
    const sums = Array.from({ length: 20 }, () => x.sum());
    for (const sum of sums) expect(await sum.item()).toBe(6);
    expect(counted.held).toBe(held);
    expect(await sums[0].add(sums[1]).item()).toBe(12);
    expect(sums.map((sum) => sum.itemSync())).toEqual(sums.map(() => 6));
  });

  test("evicted values read back and take part again", () => {
    const kept: Tensor[] = [];
    for (let i = 0; i < 40; i++) {
      kept.push(L.scale(L.filled(i, elements), 2));
      L.read(kept[i]);
    }
    expect(counted.peak).toBeLessThanOrEqual(limit);
    expect(kept.map((t) => Math.round(L.read(t)))).toEqual(kept.map((_, i) => 2 * i));
    expect(kept.map((t) => Math.round(L.read(L.add(t, t))))).toEqual(kept.map((_, i) => 4 * i));
    expect(counted.peak).toBeLessThanOrEqual(limit);
  });

  test("a training under pressure gives the same weights", async () => {
    const pressed = L.read(train(40));
    expect(counted.peak).toBeGreaterThan(limit / 2);
    await registerBackend({ ...cpu(), name: "free" });
    setDefaultDevice("free");
    expect(pressed).toBe(L.read(train(40)));
  });

  test("parameters that were evicted are written again", () => {
    const [a, b] = [L.parameter(1, elements), L.parameter(2, elements)];
    const optimizer = L.sgd([a, b], 0.5);
    for (let i = 0; i < 10; i++) {
      L.backward(L.sum(L.mul(a, b)));
      optimizer.step();
      optimizer.zeroGrad();
      for (let k = 0; k < 20; k++) L.read(L.tanh(L.filled(k, elements)));
    }
    const expected = [1, 2];
    const momenta = [0, 0];
    for (let i = 0; i < 10; i++) {
      const gradients = [expected[1], expected[0]];
      for (const k of [0, 1]) {
        momenta[k] = Math.fround(Math.fround(momenta[k] * Math.fround(0.9)) + gradients[k]);
        expected[k] = Math.fround(expected[k] - Math.fround(0.5 * momenta[k]));
      }
    }
    expect([L.read(a), L.read(b)]).toEqual(expected);
  });

  test("a failed check gives its buffers back", () => {
    const index = torch.tensor([5n]);
    const x = L.filled(1, elements);
    L.read(x);
    const before = counted.held;
    for (let i = 0; i < 5; i++)
      expect(() => L.read(torch.indexSelect(torch.tensor([1, 2]), 0, index))).toThrow(/out of range/);
    expect(counted.held - before).toBeLessThan(200);
  });
});
