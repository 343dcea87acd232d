import { BackendError, type Call, type Kernel, type KernelTiming } from "@cresset/core/backend";
import { moduleOf } from "./assembler/environment.ts";
import type { Module } from "./assembler/module.ts";
import { type Driver, driverModule } from "./driver.ts";
import type { Features } from "./features.ts";
import { type Assumptions, assumptionsKey, assumptionsOf } from "./lowering/assumptions.ts";
import type { ConstantPool } from "./lowering/code/constant-pool.ts";
import { kernelBody, without } from "./lowering/compile.ts";
import { tileFunction } from "./lowering/products/tile.ts";
import { type SharedFunction, singlePrefix } from "./lowering/values/shared.ts";
import type { Target } from "./lowering/writer.ts";
import type { Allocator } from "./memory/allocator.ts";
import type { Parts } from "./parts.ts";
import type { SharedDriver } from "./threads/driver.ts";
import type { Pool } from "./threads/pool.ts";
import type { Phases } from "./threads/shares.ts";

const poolBytes = 4096;
/** Milliseconds that compiling a program takes, about: one that has run for so long will run for longer. */
const compilingTime = 20;
/** Kernels kept compiled. */
const mostKernels = 8192;

/** Constants in blocks of linear memory that are never freed. */
class Constants implements ConstantPool {
  readonly #allocator: Allocator;
  readonly #known = new Map<string, number>();
  /** Of arrays that were asked for before: most constants are. */
  readonly #ofArray = new WeakMap<Uint8Array, number>();
  #next = 0;
  #end = 0;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
  }

  addressOf(bytes: Uint8Array): number {
    const known = this.#ofArray.get(bytes);
    if (known !== undefined) return known;
    const address = this.#ofContent(bytes);
    this.#ofArray.set(bytes, address);
    return address;
  }

  #ofContent(bytes: Uint8Array): number {
    const key = bytes.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#next + bytes.length > this.#end) {
      this.#next = this.#allocator.allocate(poolBytes);
      this.#end = this.#next + poolBytes;
    }
    const address = this.#next;
    this.#next += bytes.length;
    this.#allocator.bytes.set(bytes, address);
    this.#known.set(key, address);
    return address;
  }
}

/** A shared function that is compiled. */
interface Linked extends Pick<SharedFunction, "parameters" | "results"> {
  readonly call: CallableFunction;
}

/** A call of a kernel. */
export interface KernelCall {
  readonly kernel: Kernel;
  readonly call: Call;
}

/** The functions of a list of calls, by their index in the table. */
export interface Functions {
  readonly indices: readonly number[];
  /** Whether some of them would run faster had they not been written in haste. */
  readonly hasty: boolean;
}

/** What a function is made of. */
interface Assumed {
  readonly kernel: Kernel;
  readonly assumptions: Assumptions;
  /** The key of the function that runs as fast as it can. */
  readonly best: string;
}

/** A list of commands in memory. */
export interface List {
  readonly first: number;
  readonly end: number;
}

/** Bytes of a command in a list: a table index, and the address of a record. */
export const commandBytes = 8;

/** The functions of compiled kernels, in one table, and the driver that calls them. */
export class Engine {
  readonly features: Features;
  /** The threads that programs run on; undefined where there is but one. */
  readonly pool: Pool | undefined;
  /** Milliseconds that a program runs with functions written in haste before it gets those that run as fast as they can. */
  readonly patience: number;
  /** What it was made of. */
  readonly parts: Parts;
  readonly #allocator: Allocator;
  readonly #constants: Constants;
  readonly #table: WebAssembly.Table;
  /** Table indices by key: of functions that run as fast as they can, and of those that were written in haste. */
  readonly #best = new Map<string, number>();
  readonly #hasty = new Map<string, number>();
  readonly #functions = new Map<string, Linked>();
  readonly #driver: Driver;
  /** Modules compiled for kernels. */
  modules = 0;
  /** Counts how often all kernels were forgotten. */
  generation = 0;

  /**
   * @param threads threads to use, the caller included; more than one only with shared memory.
   * @param shareAll whether they share small programs too.
   * @param haste whether programs run first with functions that are compiled soon.
   */
  constructor(
    features: Features,
    parts: Parts,
    allocator: Allocator,
    threads: number,
    shareAll: boolean,
    haste: boolean,
  ) {
    this.features = features;
    this.patience = haste ? compilingTime : 0;
    this.parts = parts;
    this.#allocator = allocator;
    this.#constants = new Constants(allocator);
    this.#table = new WebAssembly.Table({ element: "anyfunc", initial: 64 });
    const sharing = this.#sharesMemory ? parts.threads?.make(threads, shareAll, allocator) : undefined;
    const driver = this.#compile(sharing?.driver ?? driverModule().encode());
    this.pool = sharing?.pool(driver);
    const { exports } = this.#instantiate(driver, this.pool ? { wait: this.pool.wait } : {});
    this.#driver = exports as unknown as Driver;
  }

  get #sharesMemory(): boolean {
    return this.#allocator.shared;
  }

  /** The number of functions compiled for kernels. */
  get kernels(): number {
    return this.#best.size + this.#hasty.size;
  }

  /** Runs a list of commands on this thread. */
  run({ first, end }: List, scratch: number): void {
    this.#driver.run(first, end, scratch);
  }

  /** Runs phases on all threads; `time`: milliseconds that it should take. */
  share(phases: Phases, scratch: number, time: number): void {
    this.pool?.run(this.#driver as SharedDriver, phases, scratch, time);
  }

  /** Runs a list of commands one by one on this thread, and tells how long each took. */
  runApart(
    { first, end }: List,
    scratch: number,
    kernelOf: (command: number) => Kernel,
    listener: (timing: KernelTiming) => void,
  ): void {
    for (let at = first; at < end; at += commandBytes) {
      const start = performance.now();
      this.#driver.run(at, at + commandBytes, scratch);
      listener({
        kernel: kernelOf((at - first) / commandBytes),
        calls: 1,
        start,
        duration: performance.now() - start,
      });
    }
  }

  /**
   * The functions that calls need; those that are new are compiled together.
   *
   * @param inHaste whether new ones are to be there soon, rather than to run fast.
   */
  compile(calls: readonly KernelCall[], inHaste: boolean): Functions {
    if (this.kernels > mostKernels) this.#forgetAll();
    const fresh = new Map<string, Assumed>();
    const keys = calls.map(({ kernel, call }) => {
      const assumptions = assumptionsOf(kernel, call.extents, this.features, this.parts.rare);
      const best = assumptionsKey(assumptions, false) + kernel.key;
      const hasty = assumptionsKey(assumptions, true) + kernel.key;
      const known = this.#best.has(best) || (inHaste && this.#hasty.has(hasty));
      if (!known) fresh.set(inHaste ? hasty : best, { kernel, assumptions, best });
      return { best, hasty };
    });
    if (fresh.size > 0) this.#add(fresh, inHaste);
    return {
      indices: keys.map(({ best, hasty }) => this.#best.get(best) ?? this.#hasty.get(hasty) ?? -1),
      hasty: keys.some(({ best }) => !this.#best.has(best)),
    };
  }

  /** Functions in the table are never garbage: a process that goes through very many shapes starts again. */
  #forgetAll(): void {
    for (let i = 0; i < this.kernels; i++) this.#table.set(i, null);
    this.#best.clear();
    this.#hasty.clear();
    this.#functions.clear();
    this.pool?.forget();
    this.generation++;
  }

  /** What the code of a function may use; the functions that it calls are numbered in `imports`. */
  target(imports: Map<string, number>): Target {
    return {
      ...this.features,
      pool: this.#constants,
      callee(name) {
        const known = imports.get(name);
        if (known !== undefined) return known;
        imports.set(name, imports.size);
        return imports.size - 1;
      },
    };
  }

  #add(fresh: ReadonlyMap<string, Assumed>, inHaste: boolean): void {
    const imports = new Map<string, number>();
    const target = this.target(imports);
    const first = this.kernels;
    const bodies = Array.from(fresh.values(), ({ kernel, assumptions }) =>
      kernelBody(kernel, assumptions, target, this.parts.rare, inHaste),
    );
    const size = first + fresh.size;
    if (size > this.#table.length) this.#table.grow(Math.max(fresh.size, this.#table.length));
    const module = moduleOf(this.#sharesMemory);
    const provided = this.#import(module, imports.keys());
    const type = module.type(["i32", "i32"]);
    const indices = bodies.map(() => module.declare(type));
    module.element(first, indices);
    for (const body of bodies) module.define(body);
    this.#load(module, provided, size);
    for (const [i, [key, { best }]] of [...fresh].entries()) {
      if (bodies[i].hasty) this.#hasty.set(key, first + i);
      else this.#best.set(best, first + i);
    }
    this.modules++;
  }

  /** Imports shared functions into a module; gives what to instantiate it with. */
  #import(module: Module, names: Iterable<string>): Record<string, CallableFunction> {
    const provided: Record<string, CallableFunction> = {};
    for (const name of names) {
      const { parameters, results, call } = this.#link(name);
      module.importFunction("host", name, module.type(parameters, results));
      provided[name] = call;
    }
    return provided;
  }

  /** A shared function, compiled when the first kernel needs it. */
  #link(name: string): Linked {
    const known = this.#functions.get(name);
    if (known) return known;
    const found = tileFunction(name, this.features) ?? this.parts.functions?.(name, this.features);
    if (found === undefined) throw without(`the function ${name.replace(singlePrefix, "")}`);
    const { parameters, results, body } = found;
    const imports = new Map<string, number>();
    const code = body(this.target(imports));
    const module = moduleOf(this.#sharesMemory);
    const provided = this.#import(module, imports.keys());
    const index = module.declare(module.type(parameters, results));
    module.export(name, index);
    module.define(code);
    const call = this.#load(module, provided, 0).exports[name] as CallableFunction;
    const made = { parameters, results, call };
    this.#functions.set(name, made);
    return made;
  }

  /** Compiles and links a module here, and lets the workers know of it. */
  #load(module: Module, host: Record<string, CallableFunction>, tableSize: number): WebAssembly.Instance {
    const bytes = module.encode();
    const instance = this.#instantiate(this.#compile(bytes), host);
    this.pool?.publish(bytes, tableSize);
    return instance;
  }

  #compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
    return accepted(() => new WebAssembly.Module(bytes));
  }

  #instantiate(module: WebAssembly.Module, host: Record<string, CallableFunction>): WebAssembly.Instance {
    const env = { memory: this.#allocator.memory, table: this.#table };
    return accepted(() => new WebAssembly.Instance(module, { env, host: host as WebAssembly.ModuleImports }));
  }
}

/** What the engine makes. @throws BackendError where it refuses to. */
function accepted<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new BackendError(`wasm: the engine refused a kernel: ${error instanceof Error ? error.message : error}`);
  }
}
