import { castValue, type DType, isFloat, type Reduction, type Scalar, scalarMeaning } from "@cresset/core/backend";
import { type Combining, combiningOperation, identityOf } from "../identity.ts";
import { type Frame, interpretExpression } from "./expression.ts";

/** Values combined; sums and products of floats stay unrounded (float64). */
export function combining(op: Combining, dtype: DType): (x: Scalar, y: Scalar) => Scalar {
  const wide = isFloat(dtype) && (op === "sum" || op === "product") ? "float64" : dtype;
  return scalarMeaning(combiningOperation[op], wide);
}

/** The state of a reduction: fed at every point of its loop, read at the end. */
export interface Accumulator {
  add(frame: Frame): void;
  result(): Scalar;
}

/** Makes a fresh accumulator each time it is called. */
export function accumulating(reduction: Reduction): () => Accumulator {
  const { op, dtype } = reduction;
  const value = interpretExpression(reduction.value);
  if (op === "argmax" || op === "argmin") {
    const start = identityOf(op === "argmax" ? "max" : "min", reduction.value.dtype);
    return () => extremePosition(value, start, op === "argmax");
  }
  const combine = combining(op, dtype);
  const start = identityOf(op, dtype);
  return () => {
    let state = start;
    return {
      add: (frame) => {
        state = combine(state, value(frame));
      },
      result: () => (isFloat(dtype) ? castValue(state, "float64", dtype) : state),
    };
  };
}

function extremePosition(value: (frame: Frame) => Scalar, start: Scalar, greatest: boolean): Accumulator {
  let best = start;
  let position = 0;
  let at = 0;
  return {
    add: (frame) => {
      const x = value(frame);
      const firstNaN = Number.isNaN(x) && !Number.isNaN(best);
      if ((greatest ? x > best : x < best) || firstNaN) {
        best = x;
        position = at;
      }
      at++;
    },
    result: () => BigInt(position),
  };
}
