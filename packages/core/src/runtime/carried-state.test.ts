/** A state that is detached and carried on holds nothing of the steps before, also where no derivative went through it. */
import { beforeAll, expect, test } from "vitest";
import type { Node, Value } from "../graph/node.ts";
import { stack, type Tensor, tensor } from "../index.ts";
import { commitStates } from "../tensor/states.ts";
import { useCpu } from "../testing/cpu.ts";
import { module } from "../testing/loops.ts";
import { noGrad } from "./mode.ts";

beforeAll(useCpu);

/** How many nodes a tensor's value leads to, through operands, storages and recordings. */
function nodesBehind(x: Tensor): number {
  const nodes = new Set<Node>();
  const values = new Set<Value>();
  const todo: (Value | null | undefined)[] = [x.value];
  for (let value = todo.pop(); value !== undefined; value = todo.pop()) {
    if (value === null || values.has(value)) continue;
    values.add(value);
    const edge = value.storage?.edge ?? null;
    for (const node of [value.node, edge?.recording?.node ?? null]) {
      if (node === null || nodes.has(node)) continue;
      nodes.add(node);
      todo.push(...node.inputs);
    }
  }
  return nodes.size;
}

test("the chain of states does not grow", () => {
  const w = tensor([0.5, -0.5], { requiresGrad: true });
  let state = tensor([[0.1, 0.2]]);
  const sizes: number[] = [];
  for (let i = 0; i < 12; i++) {
    const before = state.detach();
    const [loss, next] = module(() => {
      const h = before.select(0, 0).mul(w).tanh();
      return [h.sum(), stack([h])]; // the state is given out, and the loss goes another way
    });
    state = next;
    loss.backward();
    const { grad } = w;
    if (grad !== null) commitStates([{ tensor: w, value: noGrad(() => w.sub(grad)).value }]);
    w.grad = null;
    sizes.push(nodesBehind(state));
  }
  expect(sizes.at(-1)).toBe(sizes[2]);
});
