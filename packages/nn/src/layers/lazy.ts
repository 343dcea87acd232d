/**
 * Layers that learn their input's size from the first input, or from a state that is loaded, and are ordinary layers from
 * then on. Until then their parameters have no elements; they stay the same objects, so an optimizer may have them already.
 */
import { empty, noGrad, ShapeError, Tensor } from "@cresset/core/functions";
import { rebind } from "../convert.ts";
import type { Size } from "../functional/window.ts";
import type { ByName } from "../keywords.ts";
import type { AnyModule } from "../module.ts";
import { Conv1d, Conv2d, Conv3d, type ConvLayerArguments, type ConvParameters } from "./conv.ts";
import {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeLayerArguments,
  type ConvTransposeParameters,
} from "./conv-transpose.ts";
import { Linear, type LinearOptions } from "./linear.ts";
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type RunningNormArguments,
} from "./norm-batch.ts";

// What a user gives of the sizes. The ordinary layers take it after theirs, in places or by name.
type LinearSize = LinearOptions & { readonly outFeatures: number };
type ConvSize = Omit<ConvParameters, "inChannels">;
type ConvTransposeSize = Omit<ConvTransposeParameters, "inChannels">;

type Find = (name: string) => Tensor | undefined;

/** Makes an ordinary layer of a lazy one: fields with sizes, parameters and buffers of these shapes, another class. */
function settle(
  lazy: AnyModule,
  ordinary: { readonly prototype: object },
  sizes: Readonly<Record<string, number>>,
  shapes: Readonly<Record<string, readonly number[]>>,
): void {
  noGrad(() => {
    for (const [field, held] of Object.entries(lazy))
      if (held instanceof Tensor && Object.hasOwn(shapes, field))
        rebind(held, empty([...shapes[field]], { dtype: held.dtype, device: held.device }));
  });
  Object.assign(lazy, sizes);
  Object.setPrototypeOf(lazy, ordinary.prototype);
}

function settleLinear(lazy: Linear, inFeatures: number): void {
  settle(lazy, Linear, { inFeatures }, { weight: [lazy.outFeatures, inFeatures] });
}

/** `Linear` with the first input's size for `inFeatures`. */
export class LazyLinear extends Linear {
  static override readonly typeName: string = "LazyLinear";

  constructor(...named: ByName<LinearSize, ["outFeatures"]>);
  constructor(outFeatures: number, bias?: boolean | LinearOptions, options?: LinearOptions);
  constructor(...given: readonly unknown[]) {
    super(0, ...(given as [LinearSize]));
  }

  override resetParameters(): void {}

  override learnSizes(find: Find): void {
    const weight = find("weight");
    if (weight?.ndim === 2) settleLinear(this, weight.shape[1]);
  }

  override forward(input: Tensor): Tensor {
    settleLinear(this, input.shape[input.ndim - 1] ?? 1);
    // Of the ordinary class now.
    this.resetParameters();
    return this.forward(input);
  }
}

type AnyConv = Conv1d | Conv2d | Conv3d | ConvTranspose1d | ConvTranspose2d | ConvTranspose3d;

function settleConv(
  lazy: AnyConv,
  ordinary: { readonly prototype: object },
  transposed: boolean,
  channels: number,
): void {
  const { outChannels, groups, kernelSize } = lazy;
  const shape = transposed ? [channels, outChannels / groups] : [outChannels, channels / groups];
  settle(lazy, ordinary, { inChannels: channels }, { weight: [...shape, ...kernelSize] });
}

/** @throws ShapeError for an input of another rank. */
function channelsOf(lazy: AnyConv, input: Tensor): number {
  const dims = lazy.kernelSize.length;
  if (input.ndim !== dims + 1 && input.ndim !== dims + 2)
    throw new ShapeError(
      `Expected ${dims + 1}D (unbatched) or ${dims + 2}D (batched) input to ${lazy.typeName()}, but got input of size: [${input.shape.join(", ")}]`,
    );
  return input.shape[input.ndim - dims - 1];
}

function learnConv(lazy: AnyConv, ordinary: { readonly prototype: object }, transposed: boolean, find: Find): void {
  const weight = find("weight");
  if (weight?.ndim === lazy.kernelSize.length + 2)
    settleConv(lazy, ordinary, transposed, transposed ? weight.shape[0] : weight.shape[1] * lazy.groups);
}

/** `Conv1d` with the first input's channels for `inChannels`. */
export class LazyConv1d extends Conv1d {
  static override readonly typeName: string = "LazyConv1d";

  constructor(...named: ByName<ConvSize, ["outChannels", "kernelSize"]>);
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(0, ...(given as [ConvSize]));
  }

  override resetParameters(): void {}

  override learnSizes(find: Find): void {
    learnConv(this, Conv1d, false, find);
  }

  override forward(input: Tensor): Tensor {
    settleConv(this, Conv1d, false, channelsOf(this, input));
    this.resetParameters();
    return this.forward(input);
  }
}

/** `Conv2d` with the first input's channels for `inChannels`. */
export class LazyConv2d extends Conv2d {
  static override readonly typeName: string = "LazyConv2d";

  constructor(...named: ByName<ConvSize, ["outChannels", "kernelSize"]>);
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(0, ...(given as [ConvSize]));
  }

  override resetParameters(): void {}

  override learnSizes(find: Find): void {
    learnConv(this, Conv2d, false, find);
  }

  override forward(input: Tensor): Tensor {
    settleConv(this, Conv2d, false, channelsOf(this, input));
    this.resetParameters();
    return this.forward(input);
  }
}

/** `Conv3d` with the first input's channels for `inChannels`. */
export class LazyConv3d extends Conv3d {
  static override readonly typeName: string = "LazyConv3d";

  constructor(...named: ByName<ConvSize, ["outChannels", "kernelSize"]>);
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(0, ...(given as [ConvSize]));
  }

  override resetParameters(): void {}

  override learnSizes(find: Find): void {
    learnConv(this, Conv3d, false, find);
  }

  override forward(input: Tensor): Tensor {
    settleConv(this, Conv3d, false, channelsOf(this, input));
    this.resetParameters();
    return this.forward(input);
  }
}

/** `ConvTranspose1d` with the first input's channels for `inChannels`. */
export class LazyConvTranspose1d extends ConvTranspose1d {
  static override readonly typeName: string = "LazyConvTranspose1d";

  constructor(...named: ByName<ConvTransposeSize, ["outChannels", "kernelSize"]>);
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvTransposeLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(0, ...(given as [ConvTransposeSize]));
  }

  override resetParameters(): void {}

  override learnSizes(find: Find): void {
    learnConv(this, ConvTranspose1d, true, find);
  }

  override forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    settleConv(this, ConvTranspose1d, true, channelsOf(this, input));
    this.resetParameters();
    return this.forward(input, outputSize);
  }
}

/** `ConvTranspose2d` with the first input's channels for `inChannels`. */
export class LazyConvTranspose2d extends ConvTranspose2d {
  static override readonly typeName: string = "LazyConvTranspose2d";

  constructor(...named: ByName<ConvTransposeSize, ["outChannels", "kernelSize"]>);
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvTransposeLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(0, ...(given as [ConvTransposeSize]));
  }

  override resetParameters(): void {}

  override learnSizes(find: Find): void {
    learnConv(this, ConvTranspose2d, true, find);
  }

  override forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    settleConv(this, ConvTranspose2d, true, channelsOf(this, input));
    this.resetParameters();
    return this.forward(input, outputSize);
  }
}

/** `ConvTranspose3d` with the first input's channels for `inChannels`. */
export class LazyConvTranspose3d extends ConvTranspose3d {
  static override readonly typeName: string = "LazyConvTranspose3d";

  constructor(...named: ByName<ConvTransposeSize, ["outChannels", "kernelSize"]>);
  constructor(outChannels: number, kernelSize: Size, ...rest: ConvTransposeLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(0, ...(given as [ConvTransposeSize]));
  }

  override resetParameters(): void {}

  override learnSizes(find: Find): void {
    learnConv(this, ConvTranspose3d, true, find);
  }

  override forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    settleConv(this, ConvTranspose3d, true, channelsOf(this, input));
    this.resetParameters();
    return this.forward(input, outputSize);
  }
}

function settleNorm(lazy: AnyModule, ordinary: { readonly prototype: object }, numFeatures: number): void {
  const shape = [numFeatures];
  settle(lazy, ordinary, { numFeatures }, { weight: shape, bias: shape, runningMean: shape, runningVar: shape });
}

function learnNorm(lazy: AnyModule, ordinary: { readonly prototype: object }, find: Find): void {
  const known = find("weight") ?? find("running_mean");
  if (known?.ndim === 1) settleNorm(lazy, ordinary, known.shape[0]);
}

/** `BatchNorm1d` with the first input's channels for `numFeatures`. */
export class LazyBatchNorm1d extends BatchNorm1d {
  static override readonly typeName: string = "LazyBatchNorm1d";

  constructor(...rest: RunningNormArguments) {
    super(0, ...rest);
  }

  override learnSizes(find: Find): void {
    learnNorm(this, BatchNorm1d, find);
  }

  override forward(input: Tensor): Tensor {
    settleNorm(this, BatchNorm1d, input.shape[1] ?? 0);
    this.resetParameters();
    return this.forward(input);
  }
}

/** `BatchNorm2d` with the first input's channels for `numFeatures`. */
export class LazyBatchNorm2d extends BatchNorm2d {
  static override readonly typeName: string = "LazyBatchNorm2d";

  constructor(...rest: RunningNormArguments) {
    super(0, ...rest);
  }

  override learnSizes(find: Find): void {
    learnNorm(this, BatchNorm2d, find);
  }

  override forward(input: Tensor): Tensor {
    settleNorm(this, BatchNorm2d, input.shape[1] ?? 0);
    this.resetParameters();
    return this.forward(input);
  }
}

/** `BatchNorm3d` with the first input's channels for `numFeatures`. */
export class LazyBatchNorm3d extends BatchNorm3d {
  static override readonly typeName: string = "LazyBatchNorm3d";

  constructor(...rest: RunningNormArguments) {
    super(0, ...rest);
  }

  override learnSizes(find: Find): void {
    learnNorm(this, BatchNorm3d, find);
  }

  override forward(input: Tensor): Tensor {
    settleNorm(this, BatchNorm3d, input.shape[1] ?? 0);
    this.resetParameters();
    return this.forward(input);
  }
}

/** `InstanceNorm1d` with the first input's channels for `numFeatures`. */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  static override readonly typeName: string = "LazyInstanceNorm1d";

  constructor(...rest: RunningNormArguments) {
    super(0, ...rest);
  }

  override learnSizes(find: Find): void {
    learnNorm(this, InstanceNorm1d, find);
  }

  override forward(input: Tensor): Tensor {
    settleNorm(this, InstanceNorm1d, input.shape[1] ?? 0);
    this.resetParameters();
    return this.forward(input);
  }
}

/** `InstanceNorm2d` with the first input's channels for `numFeatures`. */
export class LazyInstanceNorm2d extends InstanceNorm2d {
  static override readonly typeName: string = "LazyInstanceNorm2d";

  constructor(...rest: RunningNormArguments) {
    super(0, ...rest);
  }

  override learnSizes(find: Find): void {
    learnNorm(this, InstanceNorm2d, find);
  }

  override forward(input: Tensor): Tensor {
    settleNorm(this, InstanceNorm2d, input.shape[1] ?? 0);
    this.resetParameters();
    return this.forward(input);
  }
}

/** `InstanceNorm3d` with the first input's channels for `numFeatures`. */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  static override readonly typeName: string = "LazyInstanceNorm3d";

  constructor(...rest: RunningNormArguments) {
    super(0, ...rest);
  }

  override learnSizes(find: Find): void {
    learnNorm(this, InstanceNorm3d, find);
  }

  override forward(input: Tensor): Tensor {
    settleNorm(this, InstanceNorm3d, input.shape[1] ?? 0);
    this.resetParameters();
    return this.forward(input);
  }
}
