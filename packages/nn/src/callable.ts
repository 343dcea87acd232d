/**
 * An object that can be called, as PyTorch's modules are: its constructor returns a function that has the class's
 * prototype. Fields and private names of subclasses are defined on that function. The function's own `name` and `length`
 * are removed, so that subclasses may have fields of these names.
 */
export abstract class Callable<In extends readonly unknown[], Out> {
  constructor() {
    const made = (...inputs: In): Out => self.invoke(...inputs);
    const self = made as unknown as Callable<In, Out>;
    Object.setPrototypeOf(made, new.target.prototype);
    Reflect.deleteProperty(made, "name");
    Reflect.deleteProperty(made, "length");
    // biome-ignore lint/correctness/noConstructorReturn: this is what makes an instance callable.
    return self;
  }

  /** @internal What a call does. */
  abstract invoke(...inputs: In): Out;
}
