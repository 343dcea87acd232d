import { type Description, on, positive, real, smooth, takes } from "@cresset/core/catalogue";
import type * as activation from "../functional/activation.ts";
import type * as inPlace from "../functional/in-place.ts";

type Name = keyof typeof activation | keyof typeof inPlace;

const any = smooth(on([real(2, 3)]), on([real()]));
const plain = takes("input", any);
const withInplace = takes("input inplace?", any);
const rows = smooth(on([real(2, 3)], 1), on([real(2, 3, 2)], 0));

/** A sample of a function that writes into its operand, which must be no leaf. */
const written = (...rest: readonly unknown[]) => ({
  ...smooth(on([real(2, 3)], ...rest)),
  flat: "it changes its operand, and stands for the function without underscore",
});

export const activationSamples: Readonly<Record<Name, Description>> = {
  celu: takes("input alpha inplace?", smooth(on([real(2, 3)]), on([real(2, 3)], 0.7))),
  elu: takes("input alpha inplace?", smooth(on([real(2, 3)]), on([real(2, 3)], 0.7))),
  gelu: takes("input | approximate", smooth(on([real(2, 3)]), on([real(2, 3)], { approximate: "tanh" }))),
  glu: takes("input dim", smooth(on([real(2, 4)]), on([real(2, 3)], 0))),
  hardshrink: takes("input lambd", any),
  hardsigmoid: takes("input inplace?", smooth(on([real(2, 3)]), on([real(2, 3)]))),
  hardswish: withInplace,
  hardtanh: takes("input min_val max_val inplace?", smooth(on([real(2, 3)]), on([real(2, 3)], -0.5, 1.5))),
  leakyRelu: takes("input negative_slope inplace?", smooth(on([real(2, 3)]), on([real(2, 3)], 0.2))),
  logSoftmax: takes("input dim -_stacklevel | dtype", rows),
  logsigmoid: plain,
  mish: withInplace,
  prelu: takes("input weight", smooth(on([real(2, 3), positive(3)]), on([real(2, 3, 2), positive(1)]))),
  relu: withInplace,
  relu6: withInplace,
  selu: withInplace,
  sigmoid: plain,
  silu: withInplace,
  softmax: takes("input dim -_stacklevel | dtype", rows),
  softmin: takes("input dim -_stacklevel | dtype", rows),
  softplus: takes("input beta threshold", smooth(on([real(2, 3)]), on([real(2, 3)], 2, 1))),
  softshrink: takes("input lambd", smooth(on([real(2, 3)]), on([real(2, 3)], 1))),
  softsign: plain,
  tanh: plain,
  tanhshrink: plain,
  threshold: takes("input threshold value inplace?", smooth(on([real(2, 3)], 0.1, 20))),

  celu_: takes("input alpha", written(0.7)),
  elu_: takes("input alpha -scale -input_scale", written(0.7)),
  hardtanh_: takes("input min_val max_val", written(-0.5, 1.5)),
  leakyRelu_: takes("input negative_slope", written(0.2)),
  relu_: takes("input", written()),
  rrelu_: takes("input lower upper training? -generator", written(0.1, 0.3)),
  selu_: takes("input", written()),
  threshold_: takes("input threshold value", written(0.1, 20)),
};
