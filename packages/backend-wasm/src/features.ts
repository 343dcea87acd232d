import { BackendError } from "@cresset/core/backend";
import { Code } from "./assembler/code.ts";
import { Module } from "./assembler/module.ts";
import type { ValueType } from "./assembler/opcodes.ts";

/** What kernels may use. */
export interface Features {
  readonly simd: boolean;
  /** With multiply-adds that round once. */
  readonly relaxedSimd: boolean;
  /** V8 makes one instruction of two on neighbouring vectors (`revectorize.ts`). */
  readonly revectorize: boolean;
}

/** What the engine's WebAssembly can do. */
export interface Found {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
}

/** @throws BackendError where there is no WebAssembly, or a policy forbids compiling it. */
export function requireWebAssembly(): void {
  if (typeof WebAssembly !== "object") throw new BackendError("wasm: this environment has no WebAssembly");
  try {
    new WebAssembly.Module(new Module().encode());
  } catch (error) {
    throw new BackendError(
      "wasm: WebAssembly cannot be compiled here; a Content-Security-Policy must have 'wasm-unsafe-eval' in script-src " +
        `(${error instanceof Error ? error.message : error})`,
    );
  }
}

/** A module of one exported function. */
function withFunction(
  parameters: readonly ValueType[],
  results: readonly ValueType[],
  write: (code: Code) => void,
): Uint8Array<ArrayBuffer> {
  const module = new Module();
  module.export("run", module.declare(module.type(parameters, results)));
  const code = new Code();
  write(code);
  module.define({ locals: [], code });
  return module.encode();
}

/** Whether vectors have a multiply-add that rounds once. Relaxed SIMD has one that may also be two instructions. */
function fuses(): boolean {
  const bytes = withFunction(["f32", "f32", "f32"], ["f32"], (code) => {
    for (const parameter of [0, 1, 2]) {
      code.index("local.get", parameter);
      code.op("f32x4.splat");
    }
    code.op("f32x4.relaxed_madd");
    code.lane("f32x4.extract_lane", 0);
  });
  if (!WebAssembly.validate(bytes)) return false;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const x = 1 + 2 ** -12;
  return (exports.run as (a: number, b: number, c: number) => number)(x, x, -1 - 2 ** -11) === 2 ** -24;
}

export function detectFeatures(): Found {
  const simd = WebAssembly.validate(
    withFunction([], [], (code) => {
      code.v128(new Uint8Array(16));
      code.op("drop");
    }),
  );
  return { simd, relaxedSimd: simd && fuses() };
}
