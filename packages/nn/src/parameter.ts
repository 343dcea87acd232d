import { requireTensors } from "@cresset/core/extend";
import { Tensor } from "@cresset/core/functions";

/**
 * A tensor that a module trains: assigned to a field of a `Module`, it is found by `parameters()`. It shares the data of
 * the tensor it is made from, and prints as "Parameter containing: …".
 *
 * @example
 * class Scale extends nn.Module<[Tensor], Tensor> {
 *   factor = new nn.Parameter(torch.ones([1]));
 *   forward(x: Tensor) { return x.mul(this.factor); }
 * }
 */
export class Parameter extends Tensor {
  override isParameter = true;

  /**
   * @param data the initial values, a float tensor unless `requiresGrad` is false.
   * @param options.requiresGrad whether gradients are recorded; default true.
   * @throws AutogradError for integers or bool with `requiresGrad`.
   */
  constructor(data: Tensor, { requiresGrad = true }: { readonly requiresGrad?: boolean } = {}) {
    requireTensors("Parameter", [data]);
    super(data.storage, data.region, data.current(), null, { edge: null, region: data.region });
    if (requiresGrad) this.requiresGrad_(true);
  }
}

/** A tensor that belongs to a module's state but is not trained: a running mean. Assigned to a field, `buffers()` finds it. */
export class Buffer extends Tensor {
  /** Whether `stateDict()` contains it. */
  readonly persistent: boolean;

  constructor(data: Tensor, { persistent = true }: { readonly persistent?: boolean } = {}) {
    requireTensors("Buffer", [data]);
    super(data.storage, data.region, data.current(), null, { edge: null, region: data.region });
    this.persistent = persistent;
  }
}
