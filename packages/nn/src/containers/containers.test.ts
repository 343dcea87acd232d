import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, type Tensor } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

class Add extends nn.Module<[Tensor], Tensor> {
  readonly amount: number;
  constructor(amount: number) {
    super();
    this.amount = amount;
  }
  forward(x: Tensor): Tensor {
    return x.add(this.amount);
  }
}

describe("Sequential", () => {
  test("runs its modules in order, is indexed, counted and iterated", () => {
    const model = new nn.Sequential(new Add(1), new nn.ReLU());
    expect(model(torch.tensor([-3, 2])).tolistSync()).toEqual([0, 3]);
    expect(model.length).toBe(2);
    expect(model[1]).toBeInstanceOf(nn.ReLU);
    expect(model.at(-1)).toBe(model[1]);
    expect([...model]).toEqual([model[0], model[1]]);
    expect(() => model.at(2)).toThrow("index 2 is out of range");
  });

  test("modules may be appended, replaced and named", () => {
    const model = new nn.Sequential(new Add(1)).append(new Add(2));
    model[0] = new Add(10);
    expect(model(torch.tensor([0])).tolistSync()).toEqual([12]);
    const named = new nn.Sequential({ first: new Add(1), second: new Add(2) });
    expect(named.namedChildren().map(([name]) => name)).toEqual(["first", "second"]);
    expect(named(torch.tensor([0])).tolistSync()).toEqual([3]);
  });

  test("of nothing returns its input", () => {
    expect(new nn.Sequential()(torch.tensor([1])).tolistSync()).toEqual([1]);
  });
});

test("ModuleList holds modules that are found and looped over", () => {
  const list = new nn.ModuleList([new nn.Linear(2, 2), new nn.Linear(2, 1)]);
  list.insert(1, new nn.Linear(2, 2));
  expect(list.length).toBe(3);
  expect(list.namedParameters().map(([name]) => name)).toEqual([
    "0.weight",
    "0.bias",
    "1.weight",
    "1.bias",
    "2.weight",
    "2.bias",
  ]);
  let x = torch.ones([1, 2]);
  for (const layer of list) x = layer(x);
  expect(x.shape).toEqual([1, 1]);
  const spread = (): unknown => new nn.ModuleList(new nn.ReLU() as never);
  expect(spread).toThrow(
    "ModuleList.extend should be called with an iterable, but got a function: put modules into [ ]",
  );
  expect(() => list.forward()).toThrow('Module [ModuleList] is missing the required "forward" function');
});

test("ParameterList gives a parameter by its position", () => {
  const list = new nn.ParameterList([torch.zeros([]), torch.ones([2])]);
  expect(list.at(1)).toBe(list[1]);
  expect(list.at(-2)).toBe(list[0]);
  expect(() => list.at(2)).toThrow("index 2 is out of range");
});

test("ModuleDict holds modules by name", () => {
  const dict = new nn.ModuleDict({ a: new Add(1) });
  dict.set("b", new Add(2));
  expect(dict.keys()).toEqual(["a", "b"]);
  expect(
    dict
      .get("b")(torch.tensor([0]))
      .tolistSync(),
  ).toEqual([2]);
  expect(dict.delete("a")).toBe(true);
  expect(dict.size).toBe(1);
  expect(() => dict.get("a")).toThrow('no module "a"');
});

test("slices keep their modules, and ModuleDict has a length", () => {
  const model = new nn.Sequential(new Add(1), new nn.ReLU(), new Add(2));
  const tail = model.slice(1);
  expect(`${tail}`).toBe("Sequential(\n  (1): ReLU()\n  (2): Add()\n)");
  expect(tail[2]).toBe(model[2]);
  expect(tail(torch.tensor([-5])).tolistSync()).toEqual([2]);
  expect(new nn.ModuleList([model[0], model[1]]).slice(-1)[0]).toBe(model[1]);
  expect(new nn.ModuleDict({ a: new Add(1), b: new Add(2) }).length).toBe(2);
});
