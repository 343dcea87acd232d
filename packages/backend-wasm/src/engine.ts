import { BackendError, type Kernel } from "@cresset/core/backend";
import { Code } from "./assembler/code.ts";
import { type FunctionBody, Module } from "./assembler/module.ts";
import type { Features } from "./features.ts";
import { sortFunctions } from "./host-sort.ts";
import { kernelBody } from "./lowering/compile.ts";
import type { ConstantPool } from "./lowering/constant-pool.ts";
import { type HostFunction, hostFunction } from "./lowering/imports.ts";
import { tileNamed, tileParameters } from "./lowering/tile.ts";
import type { Target } from "./lowering/writer.ts";
import type { Allocator } from "./memory/allocator.ts";

const poolBytes = 4096;
/** Kernels kept compiled. */
const mostKernels = 8192;

/** Constants in blocks of linear memory that are never freed. */
class Pool implements ConstantPool {
  readonly #allocator: Allocator;
  readonly #known = new Map<string, number>();
  #next = 0;
  #end = 0;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
  }

  addressOf(bytes: Uint8Array): number {
    const key = bytes.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#next === this.#end) {
      this.#next = this.#allocator.allocate(poolBytes);
      this.#end = this.#next + poolBytes;
    }
    const address = this.#next;
    this.#next += 16;
    this.#allocator.bytes.set(bytes, address);
    this.#known.set(key, address);
    return address;
  }
}

/** The functions of compiled kernels, in one table, and the driver that calls them. */
export class Engine {
  readonly features: Features;
  readonly #allocator: Allocator;
  readonly #pool: Pool;
  readonly #table: WebAssembly.Table;
  readonly #byKey = new Map<string, number>();
  readonly #tiles = new Map<string, CallableFunction>();
  readonly #sorting: Readonly<Record<string, HostFunction>>;
  readonly #driver: (first: number, end: number, scratch: number) => void;
  /** Modules compiled for kernels. */
  modules = 0;
  /** Counts how often all kernels were forgotten. */
  generation = 0;

  constructor(features: Features, allocator: Allocator) {
    this.features = features;
    this.#allocator = allocator;
    this.#pool = new Pool(allocator);
    this.#table = new WebAssembly.Table({ element: "anyfunc", initial: 64 });
    this.#sorting = sortFunctions(allocator);
    this.#driver = this.#makeDriver();
  }

  /** The number of kernels compiled. */
  get kernels(): number {
    return this.#byKey.size;
  }

  /** Runs the commands from `first` up to `end`: pairs of a table index and the address of a record. */
  run(first: number, end: number, scratch: number): void {
    this.#driver(first, end, scratch);
  }

  /** The table indices of kernels; those that are new are compiled together. */
  compile(kernels: readonly Kernel[]): number[] {
    if (this.#byKey.size > mostKernels) this.#forgetAll();
    const fresh = new Map<string, Kernel>();
    for (const kernel of kernels) if (!this.#byKey.has(kernel.key)) fresh.set(kernel.key, kernel);
    if (fresh.size > 0) this.#add([...fresh.values()]);
    return kernels.map((kernel) => this.#byKey.get(kernel.key) ?? -1);
  }

  /** Functions in the table are never garbage: a process that goes through very many shapes starts again. */
  #forgetAll(): void {
    for (let i = 0; i < this.#byKey.size; i++) this.#table.set(i, null);
    this.#byKey.clear();
    this.generation++;
  }

  /** The body of a kernel's function, for reading. */
  body(kernel: Kernel): FunctionBody {
    return kernelBody(kernel, this.#target(new Map()));
  }

  #target(imports: Map<string, number>): Target {
    return {
      ...this.features,
      pool: this.#pool,
      callee(name) {
        const known = imports.get(name);
        if (known !== undefined) return known;
        imports.set(name, imports.size);
        return imports.size - 1;
      },
    };
  }

  #add(kernels: readonly Kernel[]): void {
    const imports = new Map<string, number>();
    const target = this.#target(imports);
    const bodies = kernels.map((kernel) => kernelBody(kernel, target));
    const first = this.#byKey.size;
    if (first + kernels.length > this.#table.length) this.#table.grow(Math.max(kernels.length, this.#table.length));
    const module = new Module();
    module.importMemory("env", "memory", 1);
    module.importTable("env", "table", 0);
    const provided: Record<string, CallableFunction> = {};
    for (const name of imports.keys()) {
      const { parameters, results, call } = this.#function(name);
      module.importFunction("host", name, module.type(parameters, results));
      provided[name] = call;
    }
    const type = module.type(["i32", "i32"]);
    const indices = bodies.map(() => module.declare(type));
    module.element(first, indices);
    for (const body of bodies) module.define(body);
    this.#instantiate(module, provided);
    kernels.forEach((kernel, i) => {
      this.#byKey.set(kernel.key, first + i);
    });
    this.modules++;
  }

  #function(name: string): HostFunction {
    if (name.startsWith("tile_")) return { parameters: tileParameters, results: [], call: this.#tile(name) };
    return this.#sorting[name] ?? hostFunction(name);
  }

  /** Multiplication of tiles of one kind, compiled when the first contraction needs it. */
  #tile(name: string): CallableFunction {
    const known = this.#tiles.get(name);
    if (known) return known;
    const module = new Module();
    module.importMemory("env", "memory", 1);
    const index = module.declare(module.type(tileParameters));
    module.export(name, index);
    module.define(tileNamed(name, this.features));
    const made = this.#instantiate(module, {}).exports[name] as CallableFunction;
    this.#tiles.set(name, made);
    return made;
  }

  #instantiate(module: Module, host: Record<string, CallableFunction>): WebAssembly.Instance {
    try {
      return new WebAssembly.Instance(new WebAssembly.Module(module.encode()), {
        env: { memory: this.#allocator.memory, table: this.#table },
        host: host as WebAssembly.ModuleImports,
      });
    } catch (error) {
      throw new BackendError(`wasm: the engine refused a kernel: ${error instanceof Error ? error.message : error}`);
    }
  }

  #makeDriver(): (first: number, end: number, scratch: number) => void {
    const module = new Module();
    module.importMemory("env", "memory", 1);
    module.importTable("env", "table", 0);
    const kernel = module.type(["i32", "i32"]);
    const index = module.declare(module.type(["i32", "i32", "i32"]));
    module.export("run", index);
    const code = new Code();
    code.block("block");
    code.block("loop");
    code.index("local.get", 0);
    code.index("local.get", 1);
    code.op("i32.ge_u");
    code.index("br_if", 1);
    code.index("local.get", 0);
    code.memory("i32.load", 4, 2);
    code.index("local.get", 2);
    code.index("local.get", 0);
    code.memory("i32.load", 0, 2);
    code.callIndirect(kernel);
    code.index("local.get", 0);
    code.i32(8);
    code.op("i32.add");
    code.index("local.set", 0);
    code.index("br", 0);
    code.end();
    code.end();
    module.define({ locals: [], code });
    return this.#instantiate(module, {}).exports.run as (first: number, end: number, scratch: number) => void;
  }
}
