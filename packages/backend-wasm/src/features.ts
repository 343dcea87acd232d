import { Code } from "./assembler/code.ts";
import { Module } from "./assembler/module.ts";

/** What the engine's WebAssembly can do. */
export interface Features {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
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

export function detectFeatures(): Features {
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
