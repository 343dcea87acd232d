/** The WebAssembly that lets threads run lists of commands together. */
import { Code } from "../assembler/code.ts";
import { moduleOf } from "../assembler/environment.ts";
import type { Module } from "../assembler/module.ts";
import { barrierIndex, defineRun } from "../driver.ts";
import { control } from "./control.ts";

/**
 * How often a thread looks before it sleeps: at a barrier for some 50 µs, and for the next job so long that a training loop's
 * workers stay awake between its programs, some 250 µs.
 */
const looksAtBarrier = 100_000;
const looksForJob = 500_000;

/**
 * The driver's module for shared memory. It has a barrier, which it puts into the table, and imports
 * `host.wait(address, value)`, which sleeps while the word at `address` is `value`, or for a while.
 */
export function sharedDriverModule(): Module {
  const module = moduleOf(true);
  const kernel = module.type(["i32", "i32"]);
  const wait = module.importFunction("host", "wait", kernel);
  defineRun(module, kernel);
  const barrier = module.declare(kernel);
  module.element(barrierIndex, [barrier]);
  module.define({ locals: ["i32", "i32"], code: barrierCode(wait) });
  const next = module.declare(module.type(["i32", "i32"], ["i32"]));
  module.export("next", next);
  module.define({ locals: ["i32", "i32"], code: nextCode() });
  return module;
}

/** Reads the word at `offset` of the control block. */
function look(code: Code, offset: number): void {
  code.index("local.get", 0);
  code.memory("i32.atomic.load", offset, 2);
}

function add(code: Code, offset: number, by: number): void {
  code.index("local.get", 0);
  code.i32(by);
  code.memory("i32.atomic.rmw.add", offset, 2);
}

/**
 * Looks at the word at `offset` until it is not `seen`, and leaves that in `found`; when it has looked `looks` times it runs
 * `sleep`, and begins again.
 */
function watch(
  code: Code,
  offset: number,
  looks: number,
  seen: number,
  found: number,
  tries: number,
  sleep: (code: Code) => void,
): void {
  code.block("block");
  code.block("loop");
  code.i32(looks);
  code.index("local.set", tries);
  code.block("loop");
  look(code, offset);
  code.index("local.tee", found);
  code.index("local.get", seen);
  code.op("i32.ne");
  code.index("br_if", 2);
  code.index("local.get", tries);
  code.i32(1);
  code.op("i32.sub");
  code.index("local.tee", tries);
  code.index("br_if", 0);
  code.end();
  sleep(code);
  code.index("br", 0);
  code.end();
  code.end();
}

/**
 * The last thread to arrive lets the others go on. Who sleeps says so before it looks again, and who lets others go looks
 * for sleepers after it has changed the word they watch, so that nobody is left asleep.
 */
function barrierCode(wait: number): Code {
  const [seen, found, tries] = [1, 2, 3];
  const code = new Code();
  look(code, control.generation);
  code.index("local.set", seen);
  add(code, control.arrived, 1);
  code.i32(1);
  code.op("i32.add");
  look(code, control.threads);
  code.op("i32.eq");
  code.block("if");
  code.index("local.get", 0);
  code.i32(0);
  code.memory("i32.atomic.store", control.arrived, 2);
  add(code, control.generation, 1);
  code.op("drop");
  look(code, control.sleeping);
  code.block("if");
  code.index("local.get", 0);
  code.i32(-1);
  code.memory("memory.atomic.notify", control.generation, 2);
  code.op("drop");
  code.end();
  code.else();
  watch(code, control.generation, looksAtBarrier, seen, found, tries, () => {
    add(code, control.sleeping, 1);
    code.op("drop");
    code.index("local.get", 0);
    code.i32(control.generation);
    code.op("i32.add");
    code.index("local.get", seen);
    code.index("call", wait);
    add(code, control.sleeping, -1);
    code.op("drop");
  });
  code.end();
  return code;
}

function nextCode(): Code {
  const [seen, found, tries] = [1, 2, 3];
  const code = new Code();
  watch(code, control.epoch, looksForJob, seen, found, tries, () => {
    add(code, control.idle, 1);
    code.op("drop");
    code.index("local.get", 0);
    code.index("local.get", seen);
    code.i64(-1n);
    code.memory("memory.atomic.wait32", control.epoch, 2);
    code.op("drop");
    add(code, control.idle, -1);
    code.op("drop");
  });
  code.index("local.get", found);
  return code;
}
