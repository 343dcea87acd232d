import type { Tensor } from "@cresset/core/functions";
import { type AnyModule, Module } from "../module.ts";
import { appendModules, moduleAt, modulesIn, namedModules, spliceModules } from "./children.ts";

/**
 * Modules one after the other: each gets the output of the one before. The first takes the inputs of the whole.
 * Children are called "0", "1", …, or as given in a record or by entries.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(20, 100), new nn.ELU(), new nn.Linear(100, 1), new nn.Sigmoid());
 * const named = new nn.Sequential({ hidden: new nn.Linear(20, 100), act: new nn.ELU() });
 */
export class Sequential<In extends readonly unknown[] = [Tensor], Out = Tensor> extends Module<In, Out> {
  static override readonly typeName: string = "Sequential";
  [index: number]: AnyModule;

  constructor(
    ...modules: AnyModule[] | [Readonly<Record<string, AnyModule>> | Iterable<readonly [string, AnyModule]>]
  ) {
    super();
    const [first] = modules;
    if (first === undefined || first instanceof Module) {
      appendModules(this, modules as AnyModule[]);
      return;
    }
    for (const [name, module] of namedModules("Sequential", first)) this.registerModule(name, module);
  }

  forward(...inputs: In): Out {
    const modules = modulesIn(this);
    if (modules.length === 0) return inputs[0] as Out;
    let value: unknown = modules[0](...(inputs as unknown as never));
    for (let i = 1; i < modules.length; i++) value = modules[i](...([value] as unknown as never));
    return value as Out;
  }

  /** Adds a module at the end; returns this. */
  append(module: AnyModule): this {
    appendModules(this, [module]);
    return this;
  }

  /** Adds modules at the end, of a list or another Sequential; returns this. */
  extend(modules: Iterable<AnyModule>): this {
    appendModules(this, modules);
    return this;
  }

  /** Adds a module before the one at `index`; returns this. All are called "0", "1", … then. @throws IndexError if there is none. */
  insert(index: number, module: AnyModule): this {
    spliceModules(this, index, 0, module);
    return this;
  }

  /** Replaces the module at a position, negative from the end; returns this. @throws IndexError if there is none. */
  set(index: number, module: AnyModule): this {
    spliceModules(this, index, 1, module);
    return this;
  }

  /** Takes out the module at a position; the others are called "0", "1", … then. @throws IndexError if there is none. */
  delete(index: number): void {
    this.pop(index);
  }

  /** Takes out the module at a position and returns it, as `delete`. @throws IndexError if there is none. */
  pop(index: number): AnyModule {
    return spliceModules(this, index, 1)[0];
  }

  /** Number of modules. */
  override get length(): number {
    return modulesIn(this).length;
  }

  /** The module at a position, negative from the end. @throws IndexError if there is none. */
  at(index: number): AnyModule {
    return moduleAt(this, index);
  }

  /** A Sequential of the same modules from `start` up to `end`, with their names, as an array's `slice`: PyTorch's `s[1:3]`. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(this.moduleEntries().slice(start, end));
  }

  [Symbol.iterator](): Iterator<AnyModule> {
    return modulesIn(this)[Symbol.iterator]();
  }
}
