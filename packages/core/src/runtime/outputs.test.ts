/** What a program gives out for derivatives still to be taken. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Program } from "../backend/program.ts";
import type { Tensor } from "../index.ts";
import "../index.ts";
import { fromHost } from "../tensor/creation.ts";
import { useCpu } from "../testing/cpu.ts";
import { insideModule } from "../testing/inside-module.ts";
import { Recorder } from "../testing/recorder.ts";
import { noGrad } from "./mode.ts";

const weight = (...shape: number[]): Tensor =>
  fromHost(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5), shape, "float32").requiresGrad_();

describe("saved values", () => {
  let device: Recorder;
  beforeEach(() => {
    device = new Recorder();
  });

  const outputs = ({ buffers }: Program): number[] => buffers.flatMap((b) => (b.role === "output" ? [b.length] : []));
  const programOf = (loss: () => Tensor): Program => {
    const programs = device.during(() => void insideModule("net", loss).itemSync());
    expect(programs.length).toBe(1);
    return programs[0];
  };

  test("of views and copies that move elements: what they show, once", () => {
    const [w1, w2] = [weight(8, 6), weight(6, 40)];
    const x = weight(40, 8);
    const program = programOf(() => {
      const h = x.matmul(w1).tanh();
      // A copy, for [40, 6] transposed has no other shape; and a view of it.
      const moved = h.t().reshape(2, 120).reshape(6, 40);
      return moved.mul(w2).sum().add(h.mul(h).sum());
    });
    expect(outputs(program)).toEqual([240, 1]);
  });

  test("a small part of something large by itself", () => {
    const [w1, w2] = [weight(8, 6), weight(1, 6)];
    const x = weight(40, 8);
    const program = programOf(() => x.matmul(w1).narrow(0, 3, 1).mul(w2).sum());
    expect(outputs(program)).toEqual([6, 1]);
  });

  test("views of data not at all, through however many", () => {
    const x = fromHost(new Float32Array(240), [40, 6], "float32");
    const w = weight(6, 40);
    const program = programOf(() => x.reshape(6, 40).t().t().mul(w).sum());
    expect(outputs(program)).toEqual([1]);
    const again = device.during(() => {
      const loss = insideModule("net", () => x.reshape(6, 40).t().t().mul(w).sum());
      loss.itemSync();
      loss.backward();
      w.grad?.dataSync();
    });
    expect(again.length).toBe(1);
    expect(again[0].commands.length).toBe(1);
  });
});

test("a copy stays what it was when what it copies is overwritten before the derivative is taken", async () => {
  await useCpu();
  const state = fromHost(new Float32Array([1, 2, 3, 4]), [2, 2], "float32");
  const w = weight(2, 2);
  for (let step = 0; step < 4; step++) {
    const [[a, b], [c, d]] = state.tolistSync() as [[number, number], [number, number]];
    const copy = state.clone();
    const moved = state.t().reshape(4).reshape(2, 2);
    const loss = insideModule("net", () => copy.mul(w).sum().add(moved.mul(w).sum()));
    expect(loss.itemSync()).toBe(a + b + c + d);
    for (let write = 0; write < 3; write++) noGrad(() => state.add_(1));
    state.tolistSync();
    w.grad = null;
    loss.backward();
    expect((w.grad as Tensor | null)?.tolistSync()).toEqual([
      [2 * a, b + c],
      [b + c, 2 * d],
    ]);
  }
});

test("a small view of data, or of a view of data, is not kept", () => {
  const device = new Recorder();
  const x = fromHost(new Float32Array(240).fill(1), [240], "float32");
  const w = x.reshape(6, 40).t();
  const programs = device.during(() => void w.matmul(fromHost(new Float32Array(6), [6], "float32")).dataSync());
  expect(programs.length).toBe(1);
  expect(programs[0].buffers.flatMap(({ role, length }) => (role === "output" ? [length] : []))).toEqual([40]);
});
