import { inspect } from "node:util";
import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, type Tensor } from "@cresset/core";
import { nullBackend } from "@cresset/core/backend";
import { beforeAll, describe, expect, test, vi } from "vitest";
import * as nn from "./index.ts";

beforeAll(() => registerBackend(cpu()));

class Net extends nn.Module<[Tensor], Tensor> {
  fc1 = new nn.Linear(4, 3);
  act = new nn.ReLU();
  fc2 = new nn.Linear(3, 1, { bias: false });
  scale = new nn.Parameter(torch.ones([1]));
  override name = "net";

  constructor() {
    super();
    this.registerBuffer("seen", torch.zeros([2]));
    this.registerBuffer("scratch", torch.zeros([1]), { persistent: false });
  }

  forward(x: Tensor): Tensor {
    return this.fc2(this.act(this.fc1(x))).mul(this.scale);
  }
}

test("a module is called, and is an instance of its class", () => {
  const net = new Net();
  expect(net(torch.zeros([5, 4])).shape).toEqual([5, 1]);
  expect(net).toBeInstanceOf(Net);
  expect(net).toBeInstanceOf(nn.Module);
  expect(typeof net).toBe("function");
  expect(net.name).toBe("net");
});

describe("what fields hold is found", () => {
  test("own parameters before children's, in order of the fields", () => {
    const names = new Net().namedParameters().map(([name]) => name);
    expect(names).toEqual(["scale", "fc1.weight", "fc1.bias", "fc2.weight"]);
  });

  test("buffers, children and modules", () => {
    const net = new Net();
    expect(net.namedBuffers().map(([name]) => name)).toEqual(["seen", "scratch"]);
    expect(net.namedChildren().map(([name]) => name)).toEqual(["fc1", "act", "fc2"]);
    expect(net.namedModules().map(([name]) => name)).toEqual(["", "fc1", "act", "fc2"]);
  });

  test("a parameter in two places counts once, and appears in the state dict twice", () => {
    const net = new Net();
    const twin = new nn.Sequential(net.fc1, net.fc1);
    expect(twin.parameters().length).toBe(2);
    expect(Object.keys(twin.stateDict())).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
    expect(twin.length).toBe(2);
  });

  test("names that are taken or impossible", () => {
    const net = new Net();
    expect(() => net.registerModule("forward", new nn.ReLU())).toThrow("attribute 'forward' already exists");
    expect(() => net.registerModule("a.b", new nn.ReLU())).toThrow('module name can\'t contain ".", got: a.b');
    expect(() => net.registerBuffer("", null)).toThrow('buffer name can\'t be empty string ""');
  });
});

test("train and eval reach all modules", () => {
  const net = new Net();
  expect(net.eval()).toBe(net);
  expect(net.modules().map((module) => module.training)).toEqual([false, false, false, false]);
  expect(net.train().fc1.training).toBe(true);
});

test("zeroGrad drops gradients, or makes them zero", () => {
  const net = new Net();
  net(torch.ones([1, 4]))
    .sum()
    .backward();
  expect(net.scale.grad).not.toBeNull();
  net.zeroGrad({ setToNone: false });
  expect(net.scale.grad?.tolistSync()).toEqual([0]);
  net.zeroGrad();
  expect(net.parameters().map((parameter) => parameter.grad)).toEqual([null, null, null, null]);
});

test("apply visits children first", () => {
  const seen: string[] = [];
  new Net().apply((module) => seen.push(module.typeName()));
  expect(seen).toEqual(["Linear", "ReLU", "Linear", "Net"]);
});

test("conversion keeps the identity of parameters, and their gradients", () => {
  const net = new Net();
  const { weight } = net.fc1;
  net(torch.ones([1, 4]))
    .sum()
    .backward();
  expect(net.double()).toBe(net);
  expect(net.fc1.weight).toBe(weight);
  expect([weight.dtype, weight.grad?.dtype, weight.requiresGrad, weight.isLeaf]).toEqual([
    "float64",
    "float64",
    true,
    true,
  ]);
  expect(net(torch.ones([1, 4], { dtype: "float64" })).dtype).toBe("float64");
  expect(net.namedBuffers().map(([, buffer]) => buffer.dtype)).toEqual(["float64", "float64"]);
});

test("moving to a device is awaited, and keeps the identity of parameters", async () => {
  await registerBackend(nullBackend());
  const linear = new nn.Linear(2, 1);
  const { weight } = linear;
  const moving = linear.to("null");
  expect(await moving).toBe(linear);
  expect([linear.weight === weight, weight.device, weight.requiresGrad]).toEqual([true, "null", true]);
  // At once: a mistyped dtype is not awaited.
  expect(() => linear.to("flaot32")).toThrow('no dtype or device "flaot32": registered are "cpu"');
});

test("a module without forward says so when it is called", () => {
  // As JavaScript lets one write it: TypeScript does not.
  class Headless extends (nn.Module as unknown as new () => Net) {
    layer = new nn.Linear(1, 1);
  }
  expect(() => new Headless()(torch.ones([1]))).toThrow('Module [Headless] is missing the required "forward" function');
});

describe("hooks", () => {
  test("see and replace inputs and outputs, until removed", () => {
    const relu = new nn.ReLU();
    const before = relu.registerForwardPreHook((_module, [x]) => [x.neg()]);
    const after = relu.registerForwardHook((_module, _inputs, output) => output.add(1));
    expect(relu(torch.tensor([-2, 3])).tolistSync()).toEqual([3, 1]);
    before.remove();
    after.remove();
    expect(relu(torch.tensor([-2, 3])).tolistSync()).toEqual([0, 3]);
  });

  test("a full backward hook sees the gradients of inputs and outputs", () => {
    const linear = new nn.Linear(2, 1);
    linear.loadStateDict({ weight: torch.tensor([[2, 3]]), bias: torch.zeros([1]) });
    const hook = vi.fn();
    linear.registerFullBackwardHook((_module, gradInput, gradOutput) =>
      hook(
        gradInput.map((g) => g?.tolistSync()),
        gradOutput.map((g) => g?.tolistSync()),
      ),
    );
    const x = torch.tensor([[1, 1]], { requiresGrad: true });
    linear(x).backward(torch.ones([1, 1]));
    expect(hook.mock.calls).toEqual([[[[[2, 3]]], [[[1]]]]]);
    expect(x.grad?.tolistSync()).toEqual([[2, 3]]);
  });

  test("a full backward hook may replace the gradient of the input", () => {
    const relu = new nn.ReLU();
    relu.registerFullBackwardHook((_module, [gradInput]) => gradInput?.mul(10));
    const x = torch.tensor([1, -1], { requiresGrad: true });
    relu(x).sum().backward();
    expect(x.grad?.tolistSync()).toEqual([10, 0]);
  });
});

describe("printing", () => {
  test("as PyTorch prints", () => {
    const model = new nn.Sequential(
      new nn.Linear(2, 3),
      new nn.Sequential(new nn.ReLU(), new nn.Linear(3, 1, { bias: false })),
    );
    const text = [
      "Sequential(",
      "  (0): Linear(in_features=2, out_features=3, bias=True)",
      "  (1): Sequential(",
      "    (0): ReLU()",
      "    (1): Linear(in_features=3, out_features=1, bias=False)",
      "  )",
      ")",
    ].join("\n");
    expect(String(model)).toBe(text);
    expect(inspect(model)).toBe(text);
  });

  test.each<[() => nn.AnyModule, string]>([
    [() => new nn.ELU(), "ELU(alpha=1.0)"],
    [() => new nn.ELU({ alpha: 0.5, inplace: true }), "ELU(alpha=0.5, inplace=True)"],
    [() => new nn.LeakyReLU(), "LeakyReLU(negative_slope=0.01)"],
    [() => new nn.Softplus(), "Softplus(beta=1, threshold=20)"],
    [() => new nn.Hardtanh(), "Hardtanh(min_val=-1.0, max_val=1.0)"],
    [() => new nn.GELU("tanh"), "GELU(approximate='tanh')"],
    [() => new nn.Softmax(), "Softmax(dim=None)"],
    [() => new nn.Softmax(1), "Softmax(dim=1)"],
    [() => new nn.Dropout(), "Dropout(p=0.5, inplace=False)"],
    [() => new nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)"],
    [() => new nn.Bilinear(1, 2, 3), "Bilinear(in1_features=1, in2_features=2, out_features=3, bias=True)"],
    [() => new nn.BCELoss(), "BCELoss()"],
    [() => new nn.ModuleDict({ a: new nn.ReLU() }), "ModuleDict(\n  (a): ReLU()\n)"],
    [
      () => new nn.ParameterList([torch.zeros([2, 3]), torch.zeros([1])]),
      "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n" +
        "    (1): Parameter containing: [torch.float32 of size 1]\n)",
    ],
  ])("%#", (make, text) => {
    expect(String(make())).toBe(text);
  });
});

test("an error at evaluation names the modules it came from", () => {
  class Outer extends nn.Module<[Tensor], Tensor> {
    head = new nn.Sequential(new nn.Identity(), new Checked());
    forward(x: Tensor): Tensor {
      return this.head(x);
    }
  }
  class Checked extends nn.Module<[Tensor], Tensor> {
    forward(x: Tensor): Tensor {
      return nn.functional.binaryCrossEntropy(x, x);
    }
  }
  expect(() => new Outer()(torch.tensor([2])).itemSync()).toThrow("(in module Outer.head.1)");
});

test("a child that prints in its own way does so inside of others", () => {
  class Own extends nn.Linear {
    override toString(): string {
      return `Own (${this.inFeatures} -> ${this.outFeatures})`;
    }
  }
  expect(String(new nn.Sequential(new Own(3, 2)))).toBe("Sequential(\n  (0): Own (3 -> 2)\n)");
});
