import { describeArgument } from "@cresset/core/extend";
import { ValueError } from "@cresset/core/functions";
import { type AnyModule, Module } from "../module.ts";
import { appendModules, moduleAt, modulesIn, spliceModules } from "./children.ts";

/**
 * Modules in a list, so that they are found as children. It is not callable: loop over it.
 *
 * @example
 * layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
 * forward(x: Tensor) {
 *   for (const layer of this.layers) x = layer(x);
 *   return x;
 * }
 */
export class ModuleList<M extends AnyModule = Module> extends Module<never, never> {
  static override readonly typeName: string = "ModuleList";
  [index: number]: M;

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  forward(): never {
    throw new ValueError(
      'Module [ModuleList] is missing the required "forward" function: loop over its modules instead',
    );
  }

  /** Adds a module at the end; returns this. */
  append(module: M): this {
    appendModules(this, [module]);
    return this;
  }

  /** Adds modules at the end; returns this. */
  extend(modules: Iterable<M>): this {
    if (typeof (modules as Iterable<M> | null)?.[Symbol.iterator] !== "function")
      throw new ValueError(
        `ModuleList.extend should be called with an iterable, but got ${describeArgument(modules)}: put modules into [ ]`,
      );
    appendModules(this, modules);
    return this;
  }

  /** Adds a module before the one at `index`. */
  insert(index: number, module: M): void {
    spliceModules(this, index, 0, module);
  }

  /** Replaces the module at a position, negative from the end; returns this. @throws IndexError if there is none. */
  set(index: number, module: M): this {
    spliceModules(this, index, 1, module);
    return this;
  }

  /** Takes out the module at a position; those after it move up. @throws IndexError if there is none. */
  delete(index: number): void {
    this.pop(index);
  }

  /** Takes out the module at a position and returns it. @throws IndexError if there is none. */
  pop(index: number): M {
    return spliceModules(this, index, 1)[0] as M;
  }

  override get length(): number {
    return modulesIn(this).length;
  }

  /** The module at a position, negative from the end. @throws IndexError if there is none. */
  at(index: number): M {
    return moduleAt(this, index) as M;
  }

  /** A list of the same modules from `start` up to `end`, as an array's `slice`: PyTorch's `list[1:3]`. */
  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList([...this].slice(start, end));
  }

  [Symbol.iterator](): Iterator<M> {
    return (modulesIn(this) as M[])[Symbol.iterator]();
  }
}
