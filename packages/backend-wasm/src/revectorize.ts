/**
 * V8's revectorizer makes one AVX instruction of two on neighbouring vectors. It is experimental and concerns the whole
 * process, so it is only ever switched on by request, and only trusted after a test.
 */
import { Module } from "./assembler/module.ts";
import { builtin } from "./builtin.ts";
import type { Features } from "./features.ts";
import { tileName, tileNamed, tileParameters } from "./lowering/products/tile.ts";

const flag = "experimental-wasm-revectorize";
const firstNode = 24;

/** Why this environment has no revectorizer; "" where it has. */
function whyNot(): string {
  const { process, Deno, Bun } = globalThis as {
    process?: { versions?: { node?: string }; arch?: string };
    Deno?: unknown;
    Bun?: unknown;
  };
  const version = process?.versions?.node;
  if (version === undefined || Deno !== undefined || Bun !== undefined) return "only Node has it";
  if (Number.parseInt(version, 10) < firstNode) return `Node ${version} does not have it, Node ${firstNode} has`;
  if (process?.arch !== "x64") return `only x64 has it, and this is ${process?.arch}`;
  return "";
}

/**
 * Switches the revectorizer on where it is wanted. It must come before kernels are compiled.
 *
 * @returns why it is not wanted, cannot be had, or does not do; "" where it is on.
 */
export function revectorizer(wanted: boolean, relaxedSimd: boolean): string {
  if (!wanted) return "it is off unless asked for";
  if (!relaxedSimd) return "it needs relaxed SIMD";
  const v8 = builtin<typeof import("node:v8")>("node:v8");
  const reason = whyNot() || (v8 === undefined ? "this Node gives no access to V8's flags" : "");
  if (reason !== "" || v8 === undefined) return reason;
  v8.setFlagsFromString(`--${flag}`);
  const failure = test();
  if (failure !== "") v8.setFlagsFromString(`--no-${flag}`);
  return failure;
}

const features = { simd: true, relaxedSimd: true } as const;
const [rows, depth, columns] = [6, 48, 64];
/** V8 optimises a function after it has run for a millisecond or two, on another thread. */
const warmUpMilliseconds = 250;
const worthwhile = 1.2;

interface Strip {
  /** Runs once; returns the results. */
  run(): Float32Array;
  /** The least time that a run took. */
  best: number;
}

/** A strip of a product of small integers, which are exact in any order. */
function strip(given: Features): Strip {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new Module();
  module.importMemory("env", "memory", 1);
  const index = module.declare(module.type(tileParameters));
  module.export("tile", index);
  module.define(tileNamed(tileName("f32", rows), given));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } });
  const tile = exports.tile as (...values: number[]) => void;
  const [left, right, result] = [0, 4 * rows * depth, 4 * (rows * depth + depth * columns)];
  const numbers = new Float32Array(memory.buffer);
  for (let i = 0; i < rows * depth + depth * columns; i++) numbers[i] = ((i * 7919) % 31) - 15;
  const width = 4 * columns;
  const panel = given.revectorize ? 64 : 32;
  const strides = [4 * depth, 4, width, panel, width];
  const results = numbers.subarray(result / 4, result / 4 + rows * columns);
  const self: Strip = {
    best: Number.POSITIVE_INFINITY,
    run() {
      const start = performance.now();
      for (let i = 0; i < 16; i++) tile(left, right, result, depth, columns, ...strides, 1);
      self.best = Math.min(self.best, performance.now() - start);
      return results;
    },
  };
  return self;
}

/** The same product, number by number. */
function expected(): Float32Array {
  const at = (i: number): number => ((i * 7919) % 31) - 15;
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [r, c] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += at(r * depth + k) * at(rows * depth + k * columns + c);
    return sum;
  });
}

/** Runs revectorized code until it is optimised: its results must be right all the time, and it must be faster. */
function test(): string {
  const right = expected();
  const wide = strip({ ...features, revectorize: true });
  const usual = strip({ ...features, revectorize: false });
  const end = performance.now() + warmUpMilliseconds;
  do {
    const results = wide.run();
    if (results.some((x, i) => x !== right[i])) return "revectorized code gave wrong results";
    usual.run();
    if (wide.best * worthwhile < usual.best) return "";
  } while (performance.now() < end);
  return "it makes code no faster on this processor";
}
