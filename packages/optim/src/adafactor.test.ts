import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as optim from "./index.ts";
import { model, train, x } from "./testing/small-training.ts";

beforeAll(() => registerBackend(cpu()));

// PyTorch 1.13 has no Adafactor: recorded from a program in it that computes the formulas of torch.optim.Adafactor's
// documentation, in float32.
test.each<[Partial<optim.AdafactorOptions>, number[], number[]]>([
  [
    {},
    [0.37232956290245056, 0.3684886395931244, 0.3646657466888428, 0.36086392402648926, 0.35708656907081604],
    [0.4998233914375305, 0.46918344497680664, 0.2320796251296997],
  ],
  [
    { lr: 0.1, weightDecay: 0.1, d: 1.5, beta2Decay: -0.5, eps: [1e-3, 0.1] },
    [0.37232956290245056, 0.3369768559932709, 0.3050331473350525, 0.27901729941368103, 0.26041972637176514],
    [0.7044971585273743, 0.6534816026687622, 0.5206046104431152],
  ],
])("Adafactor with %j", (options, losses, outputs) => {
  const net = model();
  const optimizer = new optim.Adafactor(net.parameters(), options);
  expect(train(net, optimizer, 5)).toEqual(losses.map((loss) => expect.closeTo(loss, 6)));
  expect(net(x()).flatten().tolistSync()).toEqual(outputs.map((value) => expect.closeTo(value, 6)));
});

test("keeps a mean square for each row and column, and goes on from a state dict", () => {
  const [net, other] = [model(), model()];
  const optimizer = new optim.Adafactor(net.parameters(), { maximize: true });
  train(net, optimizer, 2);
  const { state, param_groups } = optimizer.stateDict();
  const shapes = Object.values(state).map((own) =>
    Object.entries(own).map(([name, value]) => [name, (value as torch.Tensor).shape]),
  );
  expect(shapes.slice(0, 2)).toEqual([
    [
      ["step", []],
      ["row_var", [2, 1]],
      ["col_var", [1, 2]],
    ],
    [
      ["step", []],
      ["variance", [2]],
    ],
  ]);
  expect(param_groups[0]).toMatchObject({ lr: 0.01, beta2_decay: -0.8, eps: [null, 1e-3], d: 1, maximize: true });
  other.loadStateDict(net.stateDict());
  const resumed = new optim.Adafactor(other.parameters());
  resumed.loadStateDict(optimizer.stateDict());
  expect(train(other, resumed, 2)).toEqual(train(net, optimizer, 2));
  expect(() => resumed.loadStateDict({ state: { 0: { row_var: torch.ones(2, 2) } }, param_groups })).toThrow(
    'loaded state dict has "row_var" of shape [2, 2] for parameter 0, where [2, 1] belongs',
  );
});

test("refuses options out of range", () => {
  const parameters = () => model().parameters();
  expect(() => new optim.Adafactor(parameters(), { lr: -1 })).toThrow("Learning rate should be >= 0 but is: -1");
  expect(() => new optim.Adafactor(parameters(), { beta2Decay: 1 })).toThrow("beta2_decay should be <= 0 but is: 1");
  expect(() => new optim.Adafactor(parameters(), { d: 0 })).toThrow("Clipping threshold d should be >= 1 but is: 0");
});
