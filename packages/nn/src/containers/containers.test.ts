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
    // "2" would be the first field.
    expect(() => named.append(new Add(3))).toThrow("after modules with names: registerModule(name, module)");
    named.registerModule("third", new Add(3));
    expect(named.at(-1)).toBe(named.getSubmodule("third"));
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

describe("lists and dictionaries of modules change as PyTorch's", () => {
  const amounts = (modules: Iterable<unknown>): number[] => [...modules].map((module) => (module as Add).amount);
  const names = (module: { namedChildren(): [string, unknown][] }): string[] =>
    module.namedChildren().map(([name]) => name);

  test.each([
    ["Sequential", () => new nn.Sequential(new Add(1), new Add(2), new Add(3))],
    ["ModuleList", () => new nn.ModuleList([new Add(1), new Add(2), new Add(3)])],
  ])("%s", (_, make) => {
    const list = make();
    list.insert(1, new Add(10));
    expect(amounts(list)).toEqual([1, 10, 2, 3]);
    expect(list.set(-1, new Add(30))).toBe(list);
    expect((list.pop(1) as Add).amount).toBe(10);
    list.delete(-3);
    expect(amounts(list)).toEqual([2, 30]);
    expect(list.extend([new Add(4)])).toBe(list);
    expect(amounts(list)).toEqual([2, 30, 4]);
    expect(names(list)).toEqual(["0", "1", "2"]);
    expect(() => list.pop(3)).toThrow("index 3 is out of range");
    expect(() => list.delete(-4)).toThrow("index -4 is out of range");
    expect(() => list.set(3, new Add(0))).toThrow("index 3 is out of range");
    expect(() => list.set(0, nn.ReLU as never)).toThrow("a function is not a Module subclass");
    expect(() => list.append(undefined as never)).toThrow("undefined is not a Module subclass");
    expect(amounts(list)).toEqual([2, 30, 4]);
  });

  test("a Sequential keeps its names where a module is replaced, and numbers what is left, as PyTorch", () => {
    const model = new nn.Sequential({ first: new Add(1), second: new Add(2), third: new Add(3) });
    model.set(1, new Add(20));
    expect(names(model)).toEqual(["first", "second", "third"]);
    model.delete(0);
    expect(names(model)).toEqual(["0", "1"]);
    expect(model(torch.tensor([0])).tolistSync()).toEqual([23]);
    expect(() => model.insert(3, new Add(1))).toThrow("index 3 is out of range");
    expect(amounts(model.extend(new nn.Sequential(new Add(4))))).toEqual([20, 3, 4]);
    expect(amounts(model.insert(-1, new Add(5)))).toEqual([20, 3, 5, 4]);
  });

  test("ModuleDict", () => {
    const dict = new nn.ModuleDict({ b: new Add(1), a: new Add(2) });
    expect(dict.keys()).toEqual(["b", "a"]); // a dict keeps its order here
    expect(dict.items()).toEqual(dict.entries());
    expect(dict.pop("b").amount).toBe(1);
    expect(() => dict.pop("b")).toThrow('no module "b"');
    dict.clear();
    expect(dict.length).toBe(0);
  });
});

describe("ParameterDict", () => {
  let w: Tensor;
  let b: Tensor;
  let a: Tensor;
  beforeAll(() => {
    [w, b, a] = [torch.zeros(2), torch.ones(1), torch.ones(3)];
  });

  test("sorts a record by name, as PyTorch a dict, and keeps the order of a Map, of entries, and of another", () => {
    expect(new nn.ParameterDict({ w, b, a }).keys()).toEqual(["a", "b", "w"]);
    const ordered = [
      ["w", w],
      ["b", b],
    ] as const;
    for (const given of [new Map(ordered), ordered, new nn.ParameterDict(ordered)])
      expect(new nn.ParameterDict(given).keys()).toEqual(["w", "b"]);
    const dict = new nn.ParameterDict(ordered);
    dict.update({ z: w, b: a, a }); // what is there stays in its place
    expect(dict.keys()).toEqual(["w", "b", "a", "z"]);
    expect(dict.namedParameters().map(([name, { shape }]) => [name, shape[0]])).toEqual([
      ["w", 2],
      ["b", 3],
      ["a", 3],
      ["z", 2],
    ]);
  });

  test("gives, takes and empties", () => {
    const dict = new nn.ParameterDict({ w });
    const given = dict.setdefault("b", b);
    expect(given).toBeInstanceOf(nn.Parameter);
    expect(dict.setdefault("b", a)).toBe(given);
    expect(dict.items().map(([name]) => name)).toEqual(["w", "b"]);
    expect(dict.pop("b")).toBe(given);
    expect(() => dict.pop("b")).toThrow('no parameter "b"');
    dict.clear();
    expect(dict.length).toBe(0);
  });
});

test("ParameterList is extended", () => {
  const list = new nn.ParameterList().extend([torch.zeros(1)]);
  list.extend(list);
  expect(list.length).toBe(2); // the same one twice
  expect(list.append(torch.ones(1)).at(1)).toBe(list[0]);
  expect(list.parameters().length).toBe(2);
  expect(() => list.extend(torch.zeros(2))).toThrow("should be called with an iterable, but got Tensor");
});
