/** Padding as modules: sizes are one number for all sides, or [before, after] of the last dimension, then of the one before it. */
import { ShapeError, type Tensor } from "@cresset/core/functions";
import { type PaddingMode, pad } from "../functional/pad.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonNumber, pythonTuple } from "../printing.ts";

/** One number for all sides, or [left, right], [left, right, top, bottom], … */
export type Padding = number | readonly number[];

interface PaddingParameter {
  readonly padding: Padding;
}

interface ConstantParameters extends PaddingParameter {
  readonly value: number;
}

type PaddingByName = ByName<PaddingParameter, ["padding"]>;
type ConstantByName = ByName<ConstantParameters, ["padding", "value"]>;

const paddingOf = (given: readonly unknown[]): Padding => keywords<PaddingParameter>(["padding"], given, 1).padding;

abstract class PaddingLayer extends Module<[Tensor], Tensor> {
  readonly padding: readonly number[];

  constructor(dims: number, padding: Padding) {
    super();
    this.padding = typeof padding === "number" ? new Array<number>(2 * dims).fill(padding) : [...padding];
    if (this.padding.length !== 2 * dims)
      throw new ShapeError(`padding must be one number or ${2 * dims}, got [${this.padding.join(", ")}]`);
  }

  override extraRepr(): string {
    return pythonTuple(this.padding);
  }
}

abstract class ConstantPad extends PaddingLayer {
  readonly value: number;

  constructor(dims: number, given: readonly unknown[]) {
    const { padding, value } = keywords<ConstantParameters>(["padding", "value"], given, 2);
    super(dims, padding);
    this.value = value;
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, "constant", this.value);
  }

  override extraRepr(): string {
    return `padding=${pythonTuple(this.padding)}, value=${pythonNumber(this.value)}`;
  }
}

abstract class CopyPad extends PaddingLayer {
  private readonly mode: PaddingMode;

  constructor(dims: number, padding: Padding, mode: PaddingMode) {
    super(dims, padding);
    this.mode = mode;
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, this.mode);
  }
}

abstract class ZeroPad extends PaddingLayer {
  forward(input: Tensor): Tensor {
    return pad(input, this.padding);
  }
}

/**
 * `value` around [N, C, L] or [C, L].
 *
 * @example
 * new nn.ConstantPad1d([3, 1], 3.5)(torch.ones([1, 2])); // tensor([[3.5000, 3.5000, 3.5000, 1.0000, 1.0000, 3.5000]])
 */
export class ConstantPad1d extends ConstantPad {
  static override readonly typeName: string = "ConstantPad1d";

  constructor(...named: ConstantByName);
  constructor(padding: Padding, value: number);
  constructor(...given: readonly unknown[]) {
    super(1, given);
  }
}

/** `value` around [N, C, H, W] or [C, H, W]. */
export class ConstantPad2d extends ConstantPad {
  static override readonly typeName: string = "ConstantPad2d";

  constructor(...named: ConstantByName);
  constructor(padding: Padding, value: number);
  constructor(...given: readonly unknown[]) {
    super(2, given);
  }
}

/** `value` around [N, C, D, H, W] or [C, D, H, W]. */
export class ConstantPad3d extends ConstantPad {
  static override readonly typeName: string = "ConstantPad3d";

  constructor(...named: ConstantByName);
  constructor(padding: Padding, value: number);
  constructor(...given: readonly unknown[]) {
    super(3, given);
  }
}

/** Zeros around [N, C, L] or [C, L]. */
export class ZeroPad1d extends ZeroPad {
  static override readonly typeName: string = "ZeroPad1d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(1, paddingOf(given));
  }
}

/** Zeros around [N, C, H, W] or [C, H, W]. */
export class ZeroPad2d extends ZeroPad {
  static override readonly typeName: string = "ZeroPad2d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(2, paddingOf(given));
  }
}

/** Zeros around [N, C, D, H, W] or [C, D, H, W]. */
export class ZeroPad3d extends ZeroPad {
  static override readonly typeName: string = "ZeroPad3d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(3, paddingOf(given));
  }
}

/** Mirror images, without the edge, around [N, C, L] or [C, L]. */
export class ReflectionPad1d extends CopyPad {
  static override readonly typeName: string = "ReflectionPad1d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(1, paddingOf(given), "reflect");
  }
}

/** Mirror images, without the edge, around [N, C, H, W] or [C, H, W]. */
export class ReflectionPad2d extends CopyPad {
  static override readonly typeName: string = "ReflectionPad2d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(2, paddingOf(given), "reflect");
  }
}

/** Mirror images, without the edge, around [N, C, D, H, W] or [C, D, H, W]. */
export class ReflectionPad3d extends CopyPad {
  static override readonly typeName: string = "ReflectionPad3d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(3, paddingOf(given), "reflect");
  }
}

/** Copies of the edge around [N, C, L] or [C, L]. */
export class ReplicationPad1d extends CopyPad {
  static override readonly typeName: string = "ReplicationPad1d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(1, paddingOf(given), "replicate");
  }
}

/** Copies of the edge around [N, C, H, W] or [C, H, W]. */
export class ReplicationPad2d extends CopyPad {
  static override readonly typeName: string = "ReplicationPad2d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(2, paddingOf(given), "replicate");
  }
}

/** Copies of the edge around [N, C, D, H, W] or [C, D, H, W]. */
export class ReplicationPad3d extends CopyPad {
  static override readonly typeName: string = "ReplicationPad3d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(3, paddingOf(given), "replicate");
  }
}

/** The other end around [N, C, L] or [C, L]. */
export class CircularPad1d extends CopyPad {
  static override readonly typeName: string = "CircularPad1d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(1, paddingOf(given), "circular");
  }
}

/** The other end around [N, C, H, W] or [C, H, W]. */
export class CircularPad2d extends CopyPad {
  static override readonly typeName: string = "CircularPad2d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(2, paddingOf(given), "circular");
  }
}

/** The other end around [N, C, D, H, W] or [C, D, H, W]. */
export class CircularPad3d extends CopyPad {
  static override readonly typeName: string = "CircularPad3d";

  constructor(...named: PaddingByName);
  constructor(padding: Padding);
  constructor(...given: readonly unknown[]) {
    super(3, paddingOf(given), "circular");
  }
}
