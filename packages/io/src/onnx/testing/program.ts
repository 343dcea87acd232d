import * as torch from "cresset";

/** A program as a module. */
export class Program extends torch.nn.Module<torch.Tensor[], unknown> {
  readonly run: (...inputs: torch.Tensor[]) => unknown;

  constructor(run: (...inputs: torch.Tensor[]) => unknown) {
    super();
    this.run = run;
  }

  forward(...inputs: torch.Tensor[]): unknown {
    return this.run(...inputs);
  }
}
