/** Quotients and roots are the nearest floats, however inexact the adapter's own are. */
import { expect, test } from "vitest";
import { webgpu } from "../../index.ts";
import { useSoftwareDriver } from "../../testing.ts";
import { allFunctions } from "./index.ts";
import { declarationsOf } from "./library.ts";

useSoftwareDriver();
const backend = webgpu();
await backend.initialize?.();
const { device } = backend;

const words = new Uint32Array(1);
const single = new Float32Array(words.buffer);
function floatOf(bits: number): number {
  words[0] = bits;
  return single[0];
}

/** A generator of 32 random bits (xorshift). */
function bitsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Pairs whose quotient, exact or subnormal or overflowing, is hard to round, and random ones. */
function operands(): [number, number][] {
  const next = bitsFrom(2463534242);
  const pairs: [number, number][] = [];
  const ends = [0, -0, 1, -1, 2 ** -149, -(2 ** -149), 2 ** -126, 2 ** -126 - 2 ** -149, 1 + 2 ** -23, 2 - 2 ** -23];
  ends.push(floatOf(0x7f7fffff), Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  for (const x of ends) for (const y of ends) pairs.push([x, y]);
  for (let i = 0; i < 60_000; i++) pairs.push([floatOf(next()), floatOf(next())]);
  // The quotient of fractions nearest to a number between two floats: x ≡ ±r (mod y), r small.
  for (let i = 0; i < 20_000; i++) {
    const y = 2 ** 23 + (next() % 2 ** 23);
    const q = 2 ** 24 + 1 + 2 * (next() % 2 ** 23);
    const x = Math.round((q * y) / 2 ** 25);
    pairs.push([x, y], [x + 1, y], [x * 2 ** -100, y * 2 ** 60], [x * 2 ** 120, y * 2 ** -20]);
  }
  // Subnormal results, many of them in the middle between two.
  for (let i = 0; i < 20_000; i++)
    pairs.push(
      [(1 + (next() % 2 ** 12)) * 2 ** -140, 2 ** (next() % 12)],
      [(next() % 2 ** 24) * 2 ** -149, 1 + (next() % 4) / 4],
    );
  return pairs;
}

/** Runs `text`, an expression of x and y, with library functions changed by `change`. */
async function evaluate(text: string, pairs: readonly [number, number][], change: (code: string) => string) {
  const n = pairs.length;
  const names = ["div_f32", "sqrt_f32"].filter((name) => text.includes(name));
  const code = `
    @group(0) @binding(0) var<storage, read> data: array<u32>;
    @group(0) @binding(1) var<storage, read_write> result: array<u32>;
    ${change(declarationsOf(names, allFunctions).join("\n\n"))}
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= ${n}u) { return; }
      let x = bitcast<f32>(data[2u * id.x]);
      let y = bitcast<f32>(data[2u * id.x + 1u]);
      result[id.x] = bitcast<u32>(${text});
    }`;
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }) },
  });
  const buffer = (size: number, usage: number): GPUBuffer => device.createBuffer({ size, usage });
  const [data, result, copy] = [buffer(8 * n, 0x88), buffer(4 * n, 0x84), buffer(4 * n, 0x09)];
  device.queue.writeBuffer(data, 0, Float32Array.from(pairs.flat()));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [data, result].map((bound, binding) => ({ binding, resource: { buffer: bound } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(n / 64));
  pass.end();
  encoder.copyBufferToBuffer(result, 0, copy, 0, 4 * n);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(1);
  const got = new Float32Array(copy.getMappedRange().slice(0));
  for (const one of [data, result, copy]) one.destroy();
  return got;
}

/** What the adapter's own operations may give: WGSL allows 2.5 units of the last place. */
const estimates: readonly [string, (code: string) => string][] = [
  ["as they are", (code) => code],
  ["3 units less", (code) => off(code, "- 3u")],
  ["3 units more", (code) => off(code, "+ 3u")],
  ["off by up to 3 units", (code) => off(code, "+ (bitcast<u32>(f32(wide)) >> 3u) % 7u - 3u")],
];

/** The estimates, and how far off they are taken to be. */
const estimated = [
  "f32(wide) / f32(y)",
  "f32(left) / f32(y)",
  "sqrt(f32(wide) * 2.0)",
  "f32(left) / f32(2 * estimate)",
] as const;

/** In the units of the last place of an estimate; what is 0 stays. */
const off = (code: string, by: string): string =>
  estimated.reduce(
    (changed, text) =>
      changed.replace(text, `bitcast<f32>(bitcast<u32>(${text}) + select(0u, 0u ${by}, abs(${text}) > 0.0))`),
    code,
  );

test.each(estimates)("quotients, with estimates %s", async (_, change) => {
  const pairs = operands();
  const got = await evaluate("div_f32(x, y)", pairs, change);
  const wrong = pairs.findIndex(([x, y], i) => !Object.is(got[i], Math.fround(Math.fround(x) / Math.fround(y))));
  expect(wrong < 0 ? "none is wrong" : [pairs[wrong], got[wrong]]).toBe("none is wrong");
});

test.each(estimates)("roots, with estimates %s", async (_, change) => {
  // Of squares and their neighbours, too.
  const next = bitsFrom(88172645);
  const squares = Array.from({ length: 20_000 }, (): [number, number] => {
    const root = 2 ** 11 + (next() % 2 ** 12);
    return [root * root + (next() % 3) - 1, 0];
  });
  const pairs = [...operands(), ...squares];
  const got = await evaluate("sqrt_f32(x)", pairs, change);
  const wrong = pairs.findIndex(([x], i) => !Object.is(got[i], Math.fround(Math.sqrt(Math.fround(x)))));
  expect(wrong < 0 ? "none is wrong" : [pairs[wrong], got[wrong]]).toBe("none is wrong");
});

test("the tests change the estimates", () => {
  const code = declarationsOf(["div_f32", "sqrt_f32"], allFunctions).join("\n\n");
  for (const [, change] of estimates.slice(1)) {
    const changed = change(code);
    for (const text of estimated) {
      expect(code.split(text)).toHaveLength(2);
      expect(changed).toContain(`bitcast<f32>(bitcast<u32>(${text}) + `);
    }
  }
});
