import { pytorchName } from "@cresset/core/extend";
import { type Tensor, ValueError } from "@cresset/core/functions";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/**
 * Parameters by name, so that they are found. Plain tensors become parameters.
 *
 * @example
 * scales = new nn.ParameterDict({ left: torch.ones([4]), right: torch.ones([4]) });
 * forward(x: Tensor, side: string) { return x.mul(this.scales.get(side)); }
 */
export class ParameterDict extends Module<never, never> {
  static override readonly typeName: string = "ParameterDict";

  constructor(parameters: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> = {}) {
    super();
    this.update(parameters);
  }

  forward(): never {
    throw new ValueError(
      'Module [ParameterDict] is missing the required "forward" function: use one of its parameters instead',
    );
  }

  /** Adds or replaces parameters. */
  update(parameters: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>): void {
    const given =
      Symbol.iterator in parameters ? (parameters as Iterable<readonly [string, Tensor]>) : Object.entries(parameters);
    for (const [name, parameter] of given) this.set(name, parameter);
  }

  set(name: string, tensor: Tensor): this {
    this.registerParameter(name, tensor instanceof Parameter ? tensor : new Parameter(tensor));
    return this;
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

  keys(): string[] {
    return this.entries().map(([name]) => name);
  }

  values(): Parameter[] {
    return this.entries().map(([, parameter]) => parameter);
  }

  entries(): [string, Parameter][] {
    return Object.entries(this).filter(([, value]) => value instanceof Parameter) as [string, Parameter][];
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
