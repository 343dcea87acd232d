import { assign } from "@cresset/core/extend";
import { cat, narrow, noGrad, reshape, ShapeError, type Tensor } from "@cresset/core/functions";
import { iterated } from "./clip-grad.ts";

/** All parameters' elements, one after the other, as one dimension. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return cat(iterated("parameters_to_vector", parameters).map((parameter) => reshape(parameter, [-1])));
}

/** Writes a vector's elements into the parameters, in order. @throws ShapeError if the vector is too short. */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  noGrad(() => {
    let at = 0;
    for (const parameter of iterated("vector_to_parameters", parameters)) {
      const size = parameter.numel();
      if (at + size > vector.numel())
        throw new ShapeError(`a vector of ${vector.numel()} elements is too short for these parameters`);
      assign(parameter, reshape(narrow(vector, 0, at, size), parameter.shape), "vectorToParameters");
      at += size;
    }
  });
}
