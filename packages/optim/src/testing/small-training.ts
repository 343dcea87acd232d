/** A network of nine weights and its three points, as the recorded losses of optimizers have them. */
import * as torch from "@cresset/core";
import * as nn from "@cresset/nn";
import type { Optimizer } from "../optimizer.ts";

export const model = () => {
  torch.manualSeed(1);
  return new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh(), new nn.Linear(2, 1));
};
export const x = () =>
  torch.tensor([
    [1, 2],
    [-1, 0.5],
    [0.3, -0.7],
  ]);
export const y = () => torch.tensor([[1], [0], [1]]);

/** The losses of so many steps, each before its update. */
export function train(net: nn.Module, optimizer: Optimizer, steps: number): number[] {
  return Array.from({ length: steps }, () => {
    optimizer.zeroGrad();
    const loss = new nn.MSELoss()(net(x()), y());
    loss.backward();
    optimizer.step();
    return loss.itemSync();
  });
}
