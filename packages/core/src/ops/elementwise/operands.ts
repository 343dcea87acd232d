/** What the elementwise operations share: operands that are tensors or numbers, and PyTorch's names and refusals. */
import type { DType } from "../../dtype/dtype.ts";
import { isFloat } from "../../dtype/dtype.ts";
import { getDefaultDtype, type PromotionOperand, resultType } from "../../dtype/promotion.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import { type Attributes, type Operation, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { isScalar, type Scalar, type ScalarKind, scalarKind } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** An operand of an elementwise function: a tensor, or a number that broadcasts and promotes as PyTorch's scalars do. */
export type TensorOrScalar = Tensor | Scalar;

/** A function of one tensor. */
export type Unary = (input: Tensor) => Tensor;

/** A function of two operands, at least one of them a tensor; shapes broadcast. */
export type Binary = (input: TensorOrScalar, other: TensorOrScalar) => Tensor;

/** What a hand-written derivative of `mixed` may use; operands count tensors and numbers alike. */
export interface MixedContext<A extends Attributes> {
  operand(index: number): Term;
  output(): Term;
  readonly grad: Term;
  needs(index: number): boolean;
  readonly attributes: A;
}

export interface MixedOptions<A extends Attributes> {
  /** PyTorch's name of the backward node; where it depends on which operands are numbers, of the form ("ts": tensor, scalar). */
  readonly gradName?: string | ((form: string) => string);
  /** The gradient of each operand; those of numbers are dropped. */
  readonly derivative?: (context: MixedContext<A>) => readonly (Term | null)[];
  readonly half?: "widen" | "keep";
}

/** Applies an operation to operands that are tensors or numbers. */
export type Mixed<A extends Attributes> = (operands: readonly TensorOrScalar[], attributes?: A) => Tensor;

/**
 * Defines an operation whose operands may each be a tensor or a number: one operation per form, since a tensor is an
 * input of the template and a number an argument.
 */
export function mixed<A extends Attributes = Attributes>(
  name: string,
  body: (operands: readonly Term[], attributes: A) => Term,
  options: MixedOptions<A> = {},
): Mixed<A> {
  // By form, as bits: a leading 1, then 1 for each tensor and 0 for each number.
  const forms: Operation<A>[] = [];
  return (operands, attributes) => {
    const tensors: Tensor[] = [];
    const scalars: Scalar[] = [];
    let form = 1;
    for (const operand of operands) {
      if (operand instanceof Tensor) {
        tensors.push(operand);
        form = 2 * form + 1;
      } else {
        requireScalar(name, operand);
        scalars.push(operand);
        form *= 2;
      }
    }
    if (tensors.length === 0)
      throw new ValueError(`${name}(): at least one operand must be a Tensor, but all are numbers`);
    forms[form] ??= operationOf(name, formText(form), body, options);
    return call(forms[form], tensors, scalars, attributes);
  };
}

/** The form as text: "ts" for a tensor and a number. */
const formText = (form: number): string => form.toString(2).slice(1).replaceAll("1", "t").replaceAll("0", "s");

function operationOf<A extends Attributes>(
  name: string,
  form: string,
  body: (operands: readonly Term[], attributes: A) => Term,
  options: MixedOptions<A>,
): Operation<A> {
  // Where each operand comes from: its position among the tensors or among the numbers.
  const places = [...form].map((kind, at) => ({
    kind,
    index: [...form.slice(0, at)].filter((k) => k === kind).length,
  }));
  const { derivative, gradName, half } = options;
  return operation<A>(
    name,
    (inputs, scalars, attributes) =>
      body(
        places.map(({ kind, index }) => (kind === "t" ? inputs[index] : scalars[index])),
        attributes,
      ),
    {
      gradName: typeof gradName === "function" ? gradName(form) : (gradName ?? gradNameOf),
      ...(half && { half }),
      ...(derivative && {
        derivative: (context) => {
          const gradients = derivative({
            operand: (i) => (places[i].kind === "t" ? context.input(places[i].index) : context.scalar(places[i].index)),
            output: () => context.output(),
            grad: context.grad(),
            needs: (i) => places[i].kind === "t" && context.needs(places[i].index),
            attributes: context.attributes,
          });
          return places.flatMap(({ kind }, i) => (kind === "t" ? [gradients[i] ?? null] : []));
        },
      }),
    },
  );
}

function requireScalar(name: string, operand: unknown): asserts operand is Scalar {
  if (!isScalar(operand))
    throw new ValueError(
      `${name}(): expected a Tensor or a number, but got ${operand === null ? "null" : typeof operand}`,
    );
}

/** Defines a function of one tensor. */
export function unary(
  name: string,
  body: (x: Term) => Term,
  options: {
    readonly gradName?: string;
    /** The gradient of the input, from the gradient, the input and the result; each is saved only if it is used. */
    readonly derivative?: (grad: Term, input: () => Term, output: () => Term) => Term;
    /** The factor of the gradient, as `OperationOptions` have it. */
    readonly slope?: (x: Term) => Term;
    readonly linked?: boolean;
    readonly half?: "widen" | "keep";
  } = {},
): Unary {
  const { derivative, slope, half, linked } = options;
  const op = operation(name, ([x]) => body(x), {
    gradName: options.gradName ?? gradNameOf,
    ...(half && { half }),
    ...(linked && { linked }),
    ...(slope && { slope: ([x]: readonly Term[]) => slope(x) }),
    ...(derivative && {
      derivative: (context) => [
        derivative(
          context.grad(),
          () => context.input(0),
          () => context.output(),
        ),
      ],
    }),
  });
  return (input) => call(op, [input]);
}

/** PyTorch's name of an operation's backward node: "log1p" gives "Log1PBackward0", "log_sigmoid" "LogSigmoidBackward0". */
export function gradNameOf(name: string): string {
  return `${name.replace(/(^|[^a-z])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase()).replaceAll("_", "")}Backward0`;
}

const scalarDtype = (kind: ScalarKind): DType =>
  kind === "int" ? "int64" : kind === "bool" ? "bool" : getDefaultDtype();

function promotionOperand(x: TensorOrScalar): PromotionOperand {
  if (x instanceof Tensor) return x;
  requireScalar("result_type", x);
  return { dtype: scalarDtype(scalarKind(x)), shape: [], weak: true };
}

/** The dtype that operands promote to. */
export function commonDtype(...operands: readonly TensorOrScalar[]): DType {
  return resultType(operands.map(promotionOperand));
}

/** Whether an operand is of dtype bool, or a boolean. */
export function isBoolean(x: TensorOrScalar): boolean {
  return x instanceof Tensor ? x.dtype === "bool" : typeof x === "boolean";
}

/** @throws DTypeError with PyTorch's message for a kernel that does not exist for a dtype. */
export function refuse(kernel: string, dtype: DType): never {
  throw new DTypeError(`"${kernel}" not implemented for '${pytorchName(dtype)}'`);
}

export function refuseBool(kernel: string, dtype: DType): void {
  if (dtype === "bool") refuse(kernel, dtype);
}

/** @throws DTypeError unless the dtype is a float. */
export function requireFloat(kernel: string, dtype: DType): void {
  if (!isFloat(dtype)) refuse(kernel, dtype);
}

/** @throws DTypeError for floats. */
export function refuseFloat(kernel: string, dtype: DType): void {
  if (isFloat(dtype)) refuse(kernel, dtype);
}
