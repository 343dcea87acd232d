import { describe, expect, test } from "vitest";
import { FormatError, load, save } from "../index.ts";
import { latin1, pickleFile } from "../testing/pickle-file.ts";

const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const getattr = (owner: string, name: string): string => `c__builtin__\ngetattr\n${owner}${text(name)}\x86R`;
const oneCycle = "ctorch.optim.lr_scheduler\nOneCycleLR\n";

interface State {
  readonly anneal_func: { readonly name: string };
}

describe("the curve in a scheduler's state is a mark", () => {
  test.each([
    ["of a class", getattr(oneCycle, "_annealing_linear")],
    [
      "of a scheduler that has an optimizer",
      getattr(`${oneCycle})\x81}${text("optimizer")}ctorch.optim.sgd\nSGD\n)\x81}bsb`, "_annealing_linear"),
    ],
  ])("%s", async (_, curve) => {
    const file = await pickleFile(`}(${text("anneal_func")}${curve}${text("last_epoch")}K\x03u.`);
    const state = await load<State>(file);
    expect(state.anneal_func.name).toBe("torch.optim.lr_scheduler.OneCycleLR._annealing_linear");
    expect(Object.isFrozen(state.anneal_func)).toBe(true);
    expect(await load(await save(state))).toEqual({ last_epoch: 3 });
    await expect(save([state.anneal_func])).rejects.toThrow('"0" cannot be saved: it is the function torch.optim');
  });
});

test.each([
  ["another attribute", getattr(oneCycle, "__init__"), "asks for an attribute"],
  ["of another class", getattr("ctorch.optim.sgd\nSGD\n", "_annealing_cos"), "asks for an attribute"],
  ["of a text", getattr(text("abc"), "_annealing_cos"), "asks for an attribute"],
  ["a call of what was found", `${getattr(oneCycle, "_annealing_cos")})R`, "calls what is no function"],
  ["a call of a class", `${oneCycle}K\x01\x85R`, "with arguments that it cannot have"],
  ["a whole optimizer", "ctorch.optim.sgd\nSGD\n)\x81}b", "a whole torch.optim.sgd.SGD: save its state_dict()"],
])("%s is refused", async (_, pickle, message) => {
  const file = await pickleFile(latin1(`${pickle}.`));
  await expect(load(file)).rejects.toThrow(FormatError);
  await expect(load(file)).rejects.toThrow(message);
});
