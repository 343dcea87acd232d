import { BackendError } from "@cresset/core/backend";
import { Code } from "./assembler/code.ts";
import { Module } from "./assembler/module.ts";

/** What kernels may use. */
export interface Features {
  readonly simd: boolean;
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

/** Whether the engine accepts a function with these instructions. */
function accepts(write: (code: Code) => void): boolean {
  const module = new Module();
  module.declare(module.type([]));
  const code = new Code();
  write(code);
  module.define({ locals: [], code });
  return WebAssembly.validate(module.encode());
}

const zero = new Uint8Array(16);

export function detectFeatures(): Found {
  const simd = accepts((code) => {
    code.v128(zero);
    code.op("drop");
  });
  const relaxedSimd = accepts((code) => {
    for (let i = 0; i < 3; i++) code.v128(zero);
    code.op("f32x4.relaxed_madd");
    code.op("drop");
  });
  return { simd, relaxedSimd };
}
