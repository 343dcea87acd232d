import { Bytes } from "./bytes.ts";
import { type Code, valueTypeCode } from "./code.ts";
import type { ValueType } from "./opcodes.ts";

const funcref = 0x70;

/** A function's body: its variables beyond the parameters, and its instructions without the final `end`. */
export interface FunctionBody {
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

/** A part of a module: how many items it has, and these. */
class Section {
  readonly id: number;
  count = 0;
  readonly bytes = new Bytes();

  constructor(id: number) {
    this.id = id;
  }
}

/** A WebAssembly module under construction. Imports come before functions. */
export class Module {
  readonly #types = new Section(1);
  readonly #typeOf = new Map<string, number>();
  readonly #imports = new Section(2);
  readonly #functions = new Section(3);
  readonly #exports = new Section(7);
  readonly #elements = new Section(9);
  readonly #code = new Section(10);
  #importedFunctions = 0;

  /** The index of a function type. */
  type(parameters: readonly ValueType[], results: readonly ValueType[] = []): number {
    const key = `${parameters.join(" ")}>${results.join(" ")}`;
    const known = this.#typeOf.get(key);
    if (known !== undefined) return known;
    const { bytes } = this.#types;
    bytes.byte(0x60);
    for (const types of [parameters, results]) {
      bytes.unsigned(types.length);
      for (const type of types) bytes.byte(valueTypeCode[type]);
    }
    this.#typeOf.set(key, this.#types.count);
    return this.#types.count++;
  }

  #import(module: string, name: string, kind: number): Bytes {
    const { bytes } = this.#imports;
    bytes.name(module);
    bytes.name(name);
    bytes.byte(kind);
    this.#imports.count++;
    return bytes;
  }

  /** Returns the function's index. */
  importFunction(module: string, name: string, type: number): number {
    if (this.#functions.count > 0) throw new Error("imports come before functions");
    this.#import(module, name, 0x00).unsigned(type);
    return this.#importedFunctions++;
  }

  /** A table of functions. */
  importTable(module: string, name: string, minimum: number): void {
    const bytes = this.#import(module, name, 0x01);
    bytes.byte(funcref);
    bytes.byte(0x00);
    bytes.unsigned(minimum);
  }

  /** The memory, sizes in pages of 64 KiB. A shared memory has a maximum. */
  importMemory(module: string, name: string, minimum: number, maximum?: number, shared = false): void {
    const bytes = this.#import(module, name, 0x02);
    bytes.byte((shared ? 2 : 0) | (maximum === undefined ? 0 : 1));
    bytes.unsigned(minimum);
    if (maximum !== undefined) bytes.unsigned(maximum);
  }

  /** Reserves an index, so that functions can call each other; define the bodies in the order of their indices. */
  declare(type: number): number {
    this.#functions.bytes.unsigned(type);
    return this.#importedFunctions + this.#functions.count++;
  }

  define(body: FunctionBody): void {
    this.#code.bytes.sized(encodeBody(body));
    this.#code.count++;
  }

  export(name: string, index: number): void {
    const { bytes } = this.#exports;
    bytes.name(name);
    bytes.byte(0x00);
    bytes.unsigned(index);
    this.#exports.count++;
  }

  /** Places functions in table 0 from `offset` on when the module is instantiated. */
  element(offset: number, functions: readonly number[]): void {
    const { bytes } = this.#elements;
    bytes.unsigned(0);
    bytes.byte(0x41);
    bytes.signed(offset);
    bytes.byte(0x0b);
    bytes.unsigned(functions.length);
    for (const index of functions) bytes.unsigned(index);
    this.#elements.count++;
  }

  encode(): Uint8Array<ArrayBuffer> {
    const out = new Bytes();
    out.append(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00));
    const sections = [this.#types, this.#imports, this.#functions, this.#exports, this.#elements, this.#code];
    for (const { id, count, bytes } of sections) {
      if (count === 0) continue;
      const content = new Bytes();
      content.unsigned(count);
      content.append(bytes.view);
      out.byte(id);
      out.sized(content.view);
    }
    return out.view.slice();
  }
}

/** Variables in runs of one type, instructions, `end`. */
export function encodeBody({ locals, code }: FunctionBody): Uint8Array {
  const body = new Bytes();
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs[runs.length - 1];
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  body.unsigned(runs.length);
  for (const { type, count } of runs) {
    body.unsigned(count);
    body.byte(valueTypeCode[type]);
  }
  body.append(code.bytes.view);
  body.byte(0x0b);
  return body.view;
}
