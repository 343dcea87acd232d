import { isFloat } from "../dtype/dtype.ts";
import { AutogradError, DTypeError, ShapeError } from "../errors.ts";
import { type Leaf, noHooks } from "../graph/recording.ts";
import { sameShape, type TensorType } from "../graph/type.ts";
import type { Tensor } from "./tensor.ts";

/** The autograd record of a leaf that requires grad: where its gradients add up. */
export class LeafRecord implements Leaf {
  readonly recording = null;
  readonly type: TensorType;
  hooks = noHooks;
  pass: Leaf["pass"] = null;
  gradient: Tensor | null = null;
  grad: Tensor | null = null;

  constructor(type: TensorType) {
    this.type = type;
  }

  /** @throws ShapeError or DTypeError if the gradient does not fit the tensor. */
  setGrad(tensor: Tensor, grad: Tensor | null): void {
    if (grad !== null && !sameShape(grad.shape, tensor.shape))
      throw new ShapeError(
        `assigned grad has data of a different size: [${grad.shape.join(", ")}] for a tensor of [${tensor.shape.join(", ")}]`,
      );
    if (grad !== null && grad.dtype !== tensor.dtype)
      throw new DTypeError(`assigned grad has data of a different type: ${grad.dtype} for a tensor of ${tensor.dtype}`);
    this.grad = grad;
  }

  static mark(tensor: Tensor, requires: boolean): void {
    if (tensor.edge !== null && tensor.edge.recording !== null) {
      if (requires) return;
      throw new AutogradError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().",
      );
    }
    if (requires && !isFloat(tensor.dtype))
      throw new AutogradError("only Tensors of floating point dtype can require gradients");
    // What was accumulated stays, also while no more is.
    const { grad } = tensor;
    if (!requires) tensor.edge = null;
    else if (tensor.edge === null) tensor.edge = new LeafRecord(tensor.current().type);
    tensor.grad = grad;
    if (tensor.region === null) tensor.history.edge = tensor.edge;
  }
}
