import { assign } from "@cresset/core/extend";
import { add, eq, noGrad, type Tensor, tensor, where } from "@cresset/core/functions";
import { Buffer, deepCopy, Module } from "@cresset/nn";
import { type AverageFn, getSwaAvgFn, type MultiAverageFn } from "./averages.ts";

/** Keyword arguments of `AveragedModel`. */
export interface AveragedModelOptions {
  /** How averages are formed, tensor by tensor; default the mean of all. */
  readonly avgFn?: AverageFn | null;
  /** The same for all tensors at once, such as `getEmaMultiAvgFn(0.999)`. */
  readonly multiAvgFn?: MultiAverageFn | null;
  /** Whether buffers are averaged too; default false: they are copied. */
  readonly useBuffers?: boolean;
}

/**
 * A copy of a model whose parameters are averages over its training (Izmailov et al., 2018). Call it as the model.
 *
 * Buffers that are not averaged are copied at every update, as PyTorch does since 2.0. There is no `device`: move it with
 * `await averaged.to(device)`.
 *
 * @example
 * const averaged = new optim.swaUtils.AveragedModel(model, { multiAvgFn: optim.swaUtils.getEmaMultiAvgFn(0.999) });
 * for (const [x, y] of loader) {
 *   …
 *   optimizer.step();
 *   averaged.updateParameters(model);
 * }
 * averaged.eval()(x);
 */
export class AveragedModel<In extends readonly unknown[] = [Tensor], Out = Tensor> extends Module<In, Out> {
  static override readonly typeName: string = "AveragedModel";
  readonly module: Module<In, Out>;
  /** How many models were averaged: int64, no dimension. */
  nAveraged: Buffer;
  readonly avgFn: AverageFn | null;
  readonly multiAvgFn: MultiAverageFn | null;
  readonly useBuffers: boolean;

  constructor(model: Module<In, Out>, options: AveragedModelOptions = {}) {
    super();
    const { avgFn = null, multiAvgFn = null, useBuffers = false } = options;
    this.module = deepCopy(model);
    const [first] = this.module.parameters();
    this.nAveraged = new Buffer(tensor(0n, first === undefined ? {} : { device: first.device }));
    this.avgFn = avgFn ?? (multiAvgFn === null ? getSwaAvgFn() : null);
    this.multiAvgFn = multiAvgFn;
    this.useBuffers = useBuffers;
  }

  override stateName(field: string): string {
    return field === "nAveraged" ? "n_averaged" : field;
  }

  forward(...inputs: In): Out {
    return this.module(...inputs);
  }

  /** Takes the parameters of `model`, which has the same shapes, into the averages; the first time they are copied. */
  updateParameters(model: Module<In, Out>): void {
    noGrad(() => {
      const own: Tensor[] = [...this.module.parameters()];
      const given: Tensor[] = [...model.parameters()];
      const buffers = [this.module.buffers(), model.buffers()] as const;
      if (this.useBuffers) {
        own.push(...buffers[0]);
        given.push(...buffers[1]);
      }
      const current = given.map((each) => each.detach());
      // Chosen by the values, not by the host: the count need not be read, and every update is the same program.
      const first = eq(this.nAveraged, 0);
      const choose = (target: Tensor, i: number, average: Tensor): void => {
        assign(target, where(first, current[i], average).to(target.dtype), "updateParameters");
      };
      const { avgFn } = this;
      if (avgFn !== null)
        for (const [i, each] of own.entries()) choose(each, i, avgFn(each.detach(), current[i], this.nAveraged));
      else {
        this.multiAvgFn?.(
          own.map((each) => each.detach()),
          current,
          this.nAveraged,
        );
        for (const [i, each] of own.entries()) choose(each, i, each.detach());
      }
      if (!this.useBuffers)
        for (const [i, each] of buffers[0].entries()) assign(each, buffers[1][i].detach().clone(), "updateParameters");
      assign(this.nAveraged, add(this.nAveraged, 1), "updateParameters");
    });
  }
}
