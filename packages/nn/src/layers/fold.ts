/** Windows as columns and back, as modules. */
import type { Tensor } from "@cresset/core/functions";
import * as F from "../functional/fold.ts";
import type { Size } from "../functional/window.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonSize } from "../printing.ts";

export type FoldArguments =
  | [options?: F.UnfoldOptions]
  | [dilation?: Size, padding?: Size | F.UnfoldOptions, stride?: Size | F.UnfoldOptions];

type UnfoldParameters = F.UnfoldOptions & { readonly kernelSize: Size };
type FoldParameters = UnfoldParameters & { readonly outputSize: Size };

abstract class Folding extends Module<[Tensor], Tensor> {
  readonly kernelSize: Size;
  readonly dilation: Size;
  readonly padding: Size;
  readonly stride: Size;

  constructor({ kernelSize, ...options }: UnfoldParameters) {
    super();
    this.kernelSize = kernelSize;
    this.dilation = options.dilation ?? 1;
    this.padding = options.padding ?? 0;
    this.stride = options.stride ?? 1;
  }

  override extraRepr(): string {
    return `kernel_size=${pythonSize(this.kernelSize)}, dilation=${pythonSize(this.dilation)}, padding=${pythonSize(this.padding)}, stride=${pythonSize(this.stride)}`;
  }
}

/** The windows of [N, C, H, W] or [C, H, W] as columns: [N, C · kernel elements, L] or without N. */
export class Unfold extends Folding {
  static override readonly typeName: string = "Unfold";

  constructor(...named: ByName<UnfoldParameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: FoldArguments);
  constructor(...given: readonly unknown[]) {
    super(keywords<UnfoldParameters>(["kernelSize", "dilation", "padding", "stride"], given, 1));
  }

  forward(input: Tensor): Tensor {
    return F.unfold(input, this.kernelSize, this.dilation, this.padding, this.stride);
  }
}

/** The adjoint of `Unfold`: [N, C · kernel elements, L] to [N, C, …outputSize], elements at one place added. */
export class Fold extends Folding {
  static override readonly typeName: string = "Fold";

  readonly outputSize: Size;

  constructor(...named: ByName<FoldParameters, ["outputSize", "kernelSize"]>);
  constructor(outputSize: Size, kernelSize: Size, ...rest: FoldArguments);
  constructor(...given: readonly unknown[]) {
    const names = ["outputSize", "kernelSize", "dilation", "padding", "stride"] as const;
    const { outputSize, ...windows } = keywords<FoldParameters>(names, given, 2);
    super(windows);
    this.outputSize = outputSize;
  }

  forward(input: Tensor): Tensor {
    return F.fold(input, this.outputSize, this.kernelSize, this.dilation, this.padding, this.stride);
  }

  override extraRepr(): string {
    return `output_size=${pythonSize(this.outputSize)}, ${super.extraRepr()}`;
  }
}
