import { integers, mixed } from "../../testing/model.ts";
import { expectOperators } from "../../testing/operator-samples.ts";
import { losses } from "./losses.ts";

const scores = mixed([3, 4]);
const labels = integers([3], 1, 0, 3);

expectOperators(losses, {
  SoftmaxCrossEntropyLoss: [
    { in: [scores, labels], outputs: 2 },
    { in: [scores, labels, mixed([4], 0.5, 1)], attributes: { ignore_index: 0 } },
    { in: [mixed([2, 3, 4]), integers([2, 4], 0, 1, 2, 2, 1, 0, 0, 2)], attributes: { reduction: "none" } },
  ],
  NegativeLogLikelihoodLoss: [
    { in: [scores, labels] },
    { in: [scores, labels], attributes: { reduction: "sum", ignore_index: 3 } },
  ],
});
