/** Options of NAdam and RAdam that are later than PyTorch 1.13. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, type Tensor } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as optim from "./index.ts";
import { model, train } from "./testing/small-training.ts";

beforeAll(() => registerBackend(cpu()));

const decoupled = { lr: 0.05, weightDecay: 0.1, decoupledWeightDecay: true };
const climbing = { lr: 0.05, weightDecay: 0.1, maximize: true };

// Recorded from PyTorch 1.13, where the program shrinks the parameters, or negates the gradients, before each step.
test.each<[string, (params: Tensor[]) => optim.Optimizer, number[]]>([
  [
    "NAdam, decoupled",
    (params) => new optim.NAdam(params, decoupled),
    [
      0.37232956290245056, 0.306166410446167, 0.275048166513443, 0.25312861800193787, 0.23495222628116608,
      0.21809852123260498, 0.20118063688278198, 0.18320347368717194,
    ],
  ],
  [
    "NAdam, climbing",
    (params) => new optim.NAdam(params, climbing),
    [
      0.37232956290245056, 0.460734099149704, 0.5456638336181641, 0.642113208770752, 0.7544722557067871,
      0.8854228854179382, 1.0407963991165161, 1.2260212898254395,
    ],
  ],
  [
    "RAdam, decoupled",
    (params) => new optim.RAdam(params, decoupled),
    [
      0.37232956290245056, 0.3505229949951172, 0.33292028307914734, 0.3187549114227295, 0.3073568046092987,
      0.29814839363098145, 0.29760825634002686, 0.2968195974826813,
    ],
  ],
  [
    "RAdam, climbing",
    (params) => new optim.RAdam(params, climbing),
    [
      0.37232956290245056, 0.3995685279369354, 0.4329719543457031, 0.4737229347229004, 0.5232023000717163,
      0.5830171704292297, 0.5863118767738342, 0.5905275940895081,
    ],
  ],
])("%s", (_name, make, losses) => {
  const net = model();
  const found = train(net, make(net.parameters()), losses.length);
  for (const [i, want] of losses.entries()) expect(found[i]).toBeCloseTo(want, 5);
});

test("they stand in groups and state dicts where they are given", () => {
  const params = () => [torch.ones(2).requiresGrad_()];
  expect("decoupled_weight_decay" in new optim.RAdam(params()).stateDict().param_groups[0]).toBe(false);
  const { param_groups } = new optim.NAdam(params(), decoupled).stateDict();
  expect(param_groups[0].decoupled_weight_decay).toBe(true);
});
