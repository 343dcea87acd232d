import { commitStates } from "@cresset/core/extend";
import { enableGrad, noGrad, type Tensor } from "@cresset/core/functions";
import type { ParamGroup } from "./group.ts";
import { Optimizer } from "./optimizer.ts";
import type { Step, Trained } from "./step.ts";

/**
 * The base of the optimizers that step by the gradients at hand. A subclass says how a group's parameters change; this
 * class writes all new values at once: if the evaluation fails, nothing has changed.
 *
 * @example
 * const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
 * optimizer.zeroGrad();
 * loss.backward();
 * optimizer.step();
 */
export abstract class RuleOptimizer<Options extends object = object> extends Optimizer<Options> {
  protected override readonly tensorCounts: readonly string[] = ["step"];

  /**
   * Changes the parameters by their gradients; those without one stay. All that the step needs is computed now.
   *
   * @param closure computes the loss and its gradients anew; its result is returned.
   */
  override step(): null;
  override step<Loss>(closure: () => Loss): Loss;
  override step<Loss>(closure?: () => Loss): Loss | null {
    const loss = closure === undefined ? null : enableGrad(closure);
    const steps: Step[] = [];
    noGrad(() => {
      for (const group of this.paramGroups) steps.push(...this.update(group, this.#trained(group.params)));
    });
    const updates = steps.length === 1 ? steps[0].updates : steps.flatMap((step) => step.updates);
    if (updates.length > 0) commitStates(updates);
    for (const step of steps) step.committed();
    return loss;
  }

  #trained(params: readonly Tensor[]): Trained[] {
    const trained: Trained[] = [];
    for (const param of params) {
      const { grad } = param;
      if (grad === null) continue;
      trained.push({ param, grad, state: this.stateOf(param) });
    }
    return trained;
  }

  /** The new values of a group's parameters and states. Runs without recording gradients, and changes nothing yet. */
  protected abstract update(group: ParamGroup<Options>, trained: readonly Trained[]): Step[];
}
