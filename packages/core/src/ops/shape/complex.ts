/** What PyTorch has for complex numbers, of real ones. */
import { requireTensors } from "../../tensor/argument.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** The tensor itself: real numbers are their own real parts and conjugates, and no conjugation or negation of theirs is put off. */
export function real(input: Tensor): Tensor {
  requireTensors("real", [input]);
  return input;
}
