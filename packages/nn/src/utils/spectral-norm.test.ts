import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

const close = (values: readonly number[]) => values.map((v) => expect.closeTo(v, 5));
const flat = (x: torch.Tensor) => x.detach().reshape([-1]).tolistSync();

// Of PyTorch 1.13.
test("divides a weight by its largest singular value, which it follows in training", () => {
  torch.manualSeed(4);
  const layer = nn.utils.spectralNorm(new nn.Linear(4, 3));
  const x = torch.randn([5, 4]);
  expect(flat(layer(x))).toEqual(
    close([
      -0.710195, 2.1295, -1.028003, 0.5013, -0.846086, 0.626291, 0.178017, 0.530977, -0.513049, 0.484214, 0.007283,
      0.5384, 1.432156, -0.636176, 0.385056,
    ]),
  );
  const y = layer(x);
  expect(flat(y)).toEqual(
    close([
      -0.705158, 2.119944, -1.023026, 0.500967, -0.842453, 0.623935, 0.179118, 0.528506, -0.510354, 0.483957, 0.007133,
      0.536435, 1.427697, -0.633474, 0.38377,
    ]),
  );
  y.square().sum().backward();
  const gradient = layer.getParameter("weight_orig").grad;
  expect(gradient === null ? null : flat(gradient)).toEqual(
    close([
      -4.584865, -2.637401, -3.246237, -2.709567, 1.554108, 3.397116, -0.183922, 2.476565, -2.937681, -0.089041,
      0.062685, -0.416787,
    ]),
  );
  expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight_orig", "weight_u", "weight_v"]);
  expect(flat(layer.getBuffer("weight_u"))).toEqual(close([-0.36973, 0.801633, -0.46977]));
  layer.eval();
  expect(flat(layer(x))).toEqual(
    close([
      -0.705158, 2.119944, -1.023026, 0.500967, -0.842453, 0.623935, 0.179118, 0.528506, -0.510354, 0.483957, 0.007133,
      0.536435, 1.427697, -0.633474, 0.38377,
    ]),
  );
  expect(flat(layer.getBuffer("weight_u"))).toEqual(close([-0.36973, 0.801633, -0.46977]));

  nn.utils.removeSpectralNorm(layer);
  expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight"]);
  expect(flat(layer.weight)).toEqual(
    close([
      0.051774, 0.0513, -0.35467, -0.251756, -0.42782, -0.400242, 0.427898, 0.358637, 0.102942, 0.411832, -0.157208,
      -0.247567,
    ]),
  );

  const transposed = nn.utils.spectralNorm(new nn.ConvTranspose1d(3, 2, 2));
  expect(flat(transposed(torch.randn([1, 3, 4])))).toEqual(
    close([-0.292471, -1.221111, -0.473474, -0.860379, -1.119298, -0.132618, -0.412568, 0.481717, -0.027698, 0.145651]),
  );
});

test("trains: the largest singular value becomes 1", () => {
  const layer = nn.utils.spectralNorm(new nn.Linear(6, 5), { nPowerIterations: 30 });
  layer(torch.ones([1, 6]));
  expect(torch.linalg.svdvals(layer.weight).max().itemSync()).toBeCloseTo(1, 4);
});

test("a deep copy goes on by itself", () => {
  const layer = nn.utils.spectralNorm(new nn.Linear(4, 3));
  const copy = nn.deepCopy(layer);
  const x = torch.randn([2, 4]);
  expect(flat(copy(x))).toEqual(flat(layer(x)));
  expect(flat(copy(x))).toEqual(flat(layer(x)));
  expect(copy.getBuffer("weight_u") === layer.getBuffer("weight_u")).toBe(false);
});

test("what does not fit is refused", () => {
  const layer = nn.utils.spectralNorm(new nn.Linear(2, 2));
  expect(() => nn.utils.spectralNorm(layer)).toThrow("Cannot register two spectral_norm hooks");
  expect(() => nn.utils.spectralNorm(new nn.Linear(2, 2), "height")).toThrow("has no parameter 'height'");
  expect(() => nn.utils.spectralNorm(new nn.Linear(2, 2), { nPowerIterations: 0 })).toThrow("to be positive");
  expect(() => nn.utils.removeSpectralNorm(new nn.Linear(2, 2))).toThrow("spectral_norm of 'weight' not found");
});
