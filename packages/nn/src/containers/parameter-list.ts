import { describeArgument } from "@cresset/core/extend";
import { IndexError, Tensor, ValueError } from "@cresset/core/functions";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** Parameters in a list, so that they are found. Plain tensors become parameters. */
export class ParameterList extends Module<never, never> {
  static override readonly typeName: string = "ParameterList";
  [index: number]: Parameter;

  constructor(parameters: Iterable<Tensor> = []) {
    super();
    this.extend(parameters);
  }

  forward(): never {
    throw new ValueError(
      'Module [ParameterList] is missing the required "forward" function: loop over its parameters instead',
    );
  }

  /** Adds a parameter at the end; returns this. */
  append(tensor: Tensor): this {
    this.registerParameter(String(this.length), tensor instanceof Parameter ? tensor : new Parameter(tensor));
    return this;
  }

  /** Adds parameters at the end; returns this. */
  extend(parameters: Iterable<Tensor>): this {
    if (
      typeof (parameters as Iterable<Tensor> | null)?.[Symbol.iterator] !== "function" ||
      parameters instanceof Tensor
    )
      throw new ValueError(
        `ParameterList.extend should be called with an iterable, but got ${describeArgument(parameters)}: put tensors into [ ]`,
      );
    for (const parameter of [...parameters]) this.append(parameter);
    return this;
  }

  override get length(): number {
    return this.#all().length;
  }

  /** The parameters in order; one that is in the list twice appears twice. */
  #all(): Parameter[] {
    return Object.values(this).filter((value) => value instanceof Parameter);
  }

  /** The parameter at a position, negative from the end. @throws IndexError if there is none. */
  at(index: number): Parameter {
    const found = this.#all().at(index);
    if (found === undefined) throw new IndexError(`index ${index} is out of range`);
    return found;
  }

  override extraRepr(): string {
    return this.#all()
      .map((p, i) => `  (${i}): Parameter containing: [torch.${p.dtype} of size ${p.shape.join("x")}]`)
      .join("\n");
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.#all()[Symbol.iterator]();
  }
}
