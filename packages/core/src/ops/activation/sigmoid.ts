import * as m from "../../graph/math.ts";
import { unary } from "../elementwise/operands.ts";

/** 1 / (1 + exp(-input)). Integers give floats. The derivative uses the result: y · (1 - y). */
export const sigmoid = unary("sigmoid", (x) => m.div(1, m.add(1, m.exp(m.neg(m.toFloat(x))))), {
  derivative: (g, _, y) => m.mul(m.mul(g, m.sub(1, y())), y()),
});

/** Hyperbolic tangent. Integers give floats. The derivative uses the result: 1 - y². */
export const tanh = unary("tanh", m.tanh, { derivative: (g, _, y) => m.mul(g, m.sub(1, m.mul(y(), y()))) });
