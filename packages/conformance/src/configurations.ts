import type { BackendOptions } from "./backends.ts";

/** A way to run a built-in backend. All of them must give PyTorch's numbers. */
export interface Configuration {
  readonly name: string;
  readonly backend: string;
  readonly options: BackendOptions;
  /** What `deviceInfo()` must say, so that a configuration that the engine cannot give does not pass for another one. */
  readonly info: Readonly<Record<string, string | number | boolean>>;
}

type Part = Omit<Configuration, "backend">;

const instructions: readonly Part[] = [
  { name: "relaxed SIMD", options: { haste: false }, info: { simd: true, relaxedSimd: true } },
  { name: "SIMD", options: { relaxedSimd: false, haste: false }, info: { simd: true, relaxedSimd: false } },
  { name: "scalar", options: { simd: false, haste: false }, info: { simd: false, relaxedSimd: false } },
];

const threads: readonly Part[] = [
  { name: "1 thread", options: { threads: 1 }, info: { threads: 1 } },
  // "all": also programs that are too small to gain by it run on both.
  { name: "2 threads", options: { threads: 2, share: "all" }, info: { threads: 2 } },
];

/** The cpu backend; the wasm backend as it starts, and with each set of instructions forced in turn, on one thread and on two. */
export const configurations: readonly Configuration[] = [
  { name: "cpu", backend: "cpu", options: {}, info: { renderer: "generated JavaScript" } },
  { name: "wasm, in haste", backend: "wasm", options: { threads: 1 }, info: { simd: true, relaxedSimd: true } },
  ...instructions.flatMap((set) =>
    threads.map((count) => ({
      name: `wasm, ${set.name}, ${count.name}`,
      backend: "wasm",
      options: { ...set.options, ...count.options },
      info: { ...set.info, ...count.info },
    })),
  ),
];
