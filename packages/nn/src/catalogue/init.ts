import { as, type Description, flat, on, real, type Sample, takes } from "@cresset/core/catalogue";
import type * as init from "../init.ts";

const fills = "it fills its operand, without a graph";
/** Numbers are drawn in the order in which elements lie in memory, as PyTorch draws them. */
const drawn = (...samples: Sample[]) => ({ ...flat(fills, ...samples), ofStorage: "it draws in the order of memory" });
const filled = flat(fills, on([real(3, 2)]));
const gain = takes("tensor | gain", drawn(on([real(3, 2)]), on([real(3, 2)], { gain: 2 })));
const kaiming = takes("tensor a mode nonlinearity", drawn(on([real(3, 2)])));

export const initSamples: Readonly<Record<keyof typeof init, Description>> = {
  calculateFanInAndFanOut: takes("tensor", flat("it gives numbers", on([real(3, 2)]))),
  calculateGain: takes(
    "nonlinearity param",
    flat(
      "it gives a number",
      as([], () => ["relu"]),
    ),
  ),
  constant_: takes("tensor val", flat(fills, on([real(3, 2)], 1.5))),
  dirac_: takes("tensor | groups", flat(fills, on([real(4, 2, 3)]))),
  eye_: takes("tensor", filled),
  kaimingNormal_: kaiming,
  kaimingUniform_: kaiming,
  normal_: takes("tensor mean std", drawn(on([real(3, 2)]))),
  ones_: takes("tensor", filled),
  orthogonal_: gain,
  sparse_: takes("tensor sparsity std", drawn(on([real(3, 2)], 0.3))),
  truncNormal_: takes("tensor mean std a b", drawn(on([real(3, 2)]))),
  uniform_: takes("tensor a b", drawn(on([real(3, 2)]))),
  xavierNormal_: gain,
  xavierUniform_: gain,
  zeros_: takes("tensor", filled),
};
