import { pytorchName } from "@cresset/core/extend";
import { type Tensor, ValueError } from "@cresset/core/functions";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** Parameters in their order, from a `Map`, another ParameterDict or any entries; a record is in the order of its names. */
type NamedParameters = Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>;

/**
 * Parameters by name, so that they are found. Plain tensors become parameters. As in PyTorch, where a plain dict is given,
 * those of a record are sorted by name, which decides where an optimizer has their state.
 *
 * @example
 * scales = new nn.ParameterDict({ left: torch.ones([4]), right: torch.ones([4]) });
 * forward(x: Tensor, side: string) { return x.mul(this.scales.get(side)); }
 */
export class ParameterDict extends Module<never, never> {
  static override readonly typeName: string = "ParameterDict";

  constructor(parameters: NamedParameters = {}) {
    super();
    this.update(parameters);
  }

  forward(): never {
    throw new ValueError(
      'Module [ParameterDict] is missing the required "forward" function: use one of its parameters instead',
    );
  }

  /** Adds or replaces parameters; those of a record sorted by name. */
  update(parameters: NamedParameters): void {
    if (Symbol.iterator in parameters)
      for (const [name, parameter] of parameters as Iterable<readonly [string, Tensor]>) this.set(name, parameter);
    else for (const name of Object.keys(parameters).sort()) this.set(name, parameters[name]);
  }

  set(name: string, tensor: Tensor): this {
    this.registerParameter(name, tensor instanceof Parameter ? tensor : new Parameter(tensor));
    return this;
  }

  /** The parameter of a name, which a tensor becomes where there is none yet. */
  setdefault(name: string, tensor: Tensor): Parameter {
    return this.has(name) ? this.get(name) : this.set(name, tensor).get(name);
  }

  /** @throws ValueError if there is no parameter of that name. */
  get(name: string): Parameter {
    const found = this.entries().find(([key]) => key === name);
    if (found === undefined)
      throw new ValueError(`no parameter "${name}" in this ParameterDict; it has ${this.keys().join(", ")}`);
    return found[1];
  }

  has(name: string): boolean {
    return this.keys().includes(name);
  }

  delete(name: string): boolean {
    return this.has(name) && Reflect.deleteProperty(this, name);
  }

  /** Takes out a parameter and returns it. @throws ValueError if there is none of that name. */
  pop(name: string): Parameter {
    const parameter = this.get(name);
    this.delete(name);
    return parameter;
  }

  /** Takes out all parameters. */
  clear(): void {
    for (const name of this.keys()) this.delete(name);
  }

  keys(): string[] {
    return this.entries().map(([name]) => name);
  }

  values(): Parameter[] {
    return this.entries().map(([, parameter]) => parameter);
  }

  entries(): [string, Parameter][] {
    return Object.entries(this).filter(([, value]) => value instanceof Parameter) as [string, Parameter][];
  }

  /** PyTorch's name of `entries`. */
  items(): [string, Parameter][] {
    return this.entries();
  }

  /** Number of parameters. */
  override get length(): number {
    return this.entries().length;
  }

  override extraRepr(): string {
    return this.entries()
      .map(([name, { dtype, shape }]) => {
        const type = `torch.${pytorchName(dtype)}Tensor`;
        return `  (${name}): Parameter containing: [${type} of size ${shape.join("x")}]`;
      })
      .join("\n");
  }

  [Symbol.iterator](): Iterator<[string, Parameter]> {
    return this.entries()[Symbol.iterator]();
  }
}
