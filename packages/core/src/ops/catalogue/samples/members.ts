import type { members } from "../members.ts";
import { type Description, flat, on, real, smooth, takes, untried } from "./sample.ts";

const ofGraph = untried("it is about the graph, not about values");
const gives = (what: string) => takes("input", flat(`it gives ${what}`, on([real(2, 3)])));

export const memberSamples: Readonly<Record<keyof typeof members, Description>> = {
  backward: takes("input gradient | retain_graph? create_graph? inputs", ofGraph),
  clone: takes("input -memory_format", smooth(on([real(2, 3)]))),
  cpu: takes("input", untried("it gives a promise of a tensor elsewhere")),
  detach: takes("input", flat("it cuts the history", on([real(2, 3)]))),
  isNonzero: takes("input", flat("it gives a boolean", on([real(1)]))),
  item: takes("input", flat("it gives a number", on([real(1)]))),
  numel: gives("a number"),
  requiresGrad_: takes("input requires_grad/mode?", ofGraph),
  retainGrad: takes("input", ofGraph),
  to: takes(
    ["input dtype/device/other -non_blocking=False -copy=False", "input device dtype -non_blocking=False -copy=False"],
    smooth(on([real(2, 3)], "float64")),
  ),
  tolist: gives("numbers"),

  H: takes("input", smooth(on([real(2, 3)]))),
  T: takes("input", smooth(on([real(2, 3)]))),
  dtype: gives("a dtype"),
  grad: takes("input", ofGraph),
  isLeaf: takes("input", ofGraph),
  mH: takes("input", smooth(on([real(2, 3, 2)]))),
  mT: takes("input", smooth(on([real(2, 3, 2)]))),
  ndim: gives("a number"),
  requiresGrad: takes("input", ofGraph),
  shape: gives("a shape"),
};
