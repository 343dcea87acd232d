import { ValueError } from "@cresset/core/functions";
import { type AnyModule, Module } from "../module.ts";
import { namedModules } from "./children.ts";

/**
 * Modules by name, so that they are found as children. It is not callable: pick one.
 *
 * @example
 * heads = new nn.ModuleDict({ mean: new nn.Linear(8, 1), scale: new nn.Linear(8, 1) });
 * forward(x: Tensor) { return this.heads.get("mean")(x); }
 */
export class ModuleDict<M extends AnyModule = Module> extends Module<never, never> {
  static override readonly typeName: string = "ModuleDict";
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super();
    this.update(modules);
  }

  forward(): never {
    throw new ValueError(
      'Module [ModuleDict] is missing the required "forward" function: call one of its modules instead',
    );
  }

  /** Adds or replaces modules. */
  update(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>): void {
    for (const [name, module] of namedModules("ModuleDict", modules)) this.set(name, module);
  }

  set(name: string, module: M): this {
    this.registerModule(name, module);
    return this;
  }

  /** @throws ValueError if there is no module of that name. */
  get(name: string): M {
    const found = this.entries().find(([key]) => key === name);
    if (found === undefined)
      throw new ValueError(`no module "${name}" in this ModuleDict; it has ${this.keys().join(", ")}`);
    return found[1];
  }

  has(name: string): boolean {
    return this.keys().includes(name);
  }

  delete(name: string): boolean {
    return this.has(name) && Reflect.deleteProperty(this, name);
  }

  /** Takes out a module and returns it. @throws ValueError if there is none of that name. */
  pop(name: string): M {
    const module = this.get(name);
    this.delete(name);
    return module;
  }

  /** Takes out all modules. */
  clear(): void {
    for (const name of this.keys()) this.delete(name);
  }

  keys(): string[] {
    return this.entries().map(([name]) => name);
  }

  values(): M[] {
    return this.entries().map(([, module]) => module);
  }

  entries(): [string, M][] {
    return Object.entries(this).filter(([, value]) => value instanceof Module) as [string, M][];
  }

  /** PyTorch's name of `entries`. */
  items(): [string, M][] {
    return this.entries();
  }

  get size(): number {
    return this.entries().length;
  }

  /** Number of modules. */
  override get length(): number {
    return this.size;
  }

  [Symbol.iterator](): Iterator<[string, M]> {
    return this.entries()[Symbol.iterator]();
  }
}
