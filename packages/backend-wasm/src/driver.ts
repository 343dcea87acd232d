/** The WebAssembly that runs lists of commands. */
import { Code } from "./assembler/code.ts";
import { moduleOf } from "./assembler/environment.ts";
import type { Module } from "./assembler/module.ts";

export interface Driver {
  /** Runs the commands from `first` up to `end`: pairs of a table index and the address of a record. */
  readonly run: (first: number, end: number, scratch: number) => void;
}

/** The driver's module; it imports `env.memory` and `env.table`. */
export function driverModule(): Module {
  const module = moduleOf(false);
  defineRun(module, module.type(["i32", "i32"]));
  return module;
}

/** Adds the export `run`, and gives its index; `kernel` is the type of kernels. */
export function defineRun(module: Module, kernel: number): number {
  const run = module.declare(module.type(["i32", "i32", "i32"]));
  module.export("run", run);
  module.define({ locals: [], code: runCode(kernel) });
  return run;
}

function runCode(kernel: number): Code {
  const [first, end, scratch] = [0, 1, 2];
  const code = new Code();
  code.block("block");
  code.block("loop");
  code.index("local.get", first);
  code.index("local.get", end);
  code.op("i32.ge_u");
  code.index("br_if", 1);
  code.index("local.get", first);
  code.memory("i32.load", 4, 2);
  code.index("local.get", scratch);
  code.index("local.get", first);
  code.memory("i32.load", 0, 2);
  code.callIndirect(kernel);
  code.index("local.get", first);
  code.i32(8);
  code.op("i32.add");
  code.index("local.set", first);
  code.index("br", 0);
  code.end();
  code.end();
  return code;
}
