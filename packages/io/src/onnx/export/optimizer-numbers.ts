import type { Node } from "@cresset/core/extend";
import { dataTypes } from "../dtypes.ts";
import type { Context } from "./emitted.ts";
import { numberOf } from "./scalar.ts";

/** A number that an optimizer computes on the host anew in every step. */
export type Formula =
  | { readonly kind: "lr" }
  /** The number of this step, from 1 on. */
  | { readonly kind: "step" }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "apply"; readonly op: Op; readonly left: Formula; readonly right: Formula };

type Op = "Add" | "Sub" | "Mul" | "Div" | "Pow";

const operators: Readonly<Record<Op, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
};

const lr: Formula = { kind: "lr" };
const step: Formula = { kind: "step" };
const number = (value: number): Formula => ({ kind: "number", value });
const apply =
  (op: Op) =>
  (left: Formula | number, right: Formula | number): Formula => ({
    kind: "apply",
    op,
    left: typeof left === "number" ? number(left) : left,
    right: typeof right === "number" ? number(right) : right,
  });
const [add, sub, mul, div, pow] = (["Add", "Sub", "Mul", "Div", "Pow"] as const).map(apply);
const minus = (x: Formula): Formula => mul(x, -1);

/** An optimizer's options of one group of parameters. */
export type Options = Readonly<Record<string, unknown>>;

const numberIn = (options: Options, name: string): number => Number(options[name]);

/**
 * What changes with the learning rate or the step, by the optimizer's operation and the position among its numbers; all other
 * numbers stay as they are. Formulas are those of the files in `@cresset/optim`, and are compared with what these compute.
 */
const formulas: Readonly<Record<string, (options: Options, node: Node) => Readonly<Record<number, Formula>>>> = {
  sgd: () => ({ 0: minus(lr) }),
  adam: (options, node) => {
    const [beta1, beta2] = options.betas as readonly [number, number];
    const corrected = { 0: minus(div(lr, sub(1, pow(beta1, step)))), 5: pow(sub(1, pow(beta2, step)), 0.5) };
    if (node.template.attributes.decoupled !== true) return corrected;
    return { ...corrected, 7: sub(1, mul(lr, numberIn(options, "weightDecay"))) };
  },
  adamax: (options) => {
    const [beta1] = options.betas as readonly [number, number];
    return { 0: minus(div(lr, sub(1, pow(beta1, step)))) };
  },
  rmsprop: () => ({ 0: minus(lr) }),
  adadelta: () => ({ 0: minus(lr) }),
  adagrad: (options) => ({ 0: minus(div(lr, add(1, mul(sub(step, 1), numberIn(options, "lrDecay"))))) }),
};

/** The formulas of a node's numbers, by position. */
export function formulasOf(node: Node, options: Options): Readonly<Record<number, Formula>> {
  const { name } = node.template.operation;
  return Object.hasOwn(formulas, name) ? formulas[name](options, node) : {};
}

export interface Now {
  readonly lr: number;
  readonly step: number;
}

export function evaluateFormula(formula: Formula, now: Now): number {
  switch (formula.kind) {
    case "lr":
      return now.lr;
    case "step":
      return now.step;
    case "number":
      return formula.value;
    default:
      return operators[formula.op](evaluateFormula(formula.left, now), evaluateFormula(formula.right, now));
  }
}

export function mentions(formula: Formula, kind: "lr" | "step"): boolean {
  if (formula.kind === "apply") return mentions(formula.left, kind) || mentions(formula.right, kind);
  return formula.kind === kind;
}

/** A formula as nodes, in float64 as on the host; `names` are float64 tensors of no dimension. */
export function lowerFormula(
  c: Context,
  formula: Formula,
  names: { readonly lr: string | number; readonly step: string },
): string {
  switch (formula.kind) {
    case "lr":
      return typeof names.lr === "string" ? names.lr : numberOf(c, "float64", names.lr);
    case "step":
      return names.step;
    case "number":
      return numberOf(c, "float64", formula.value);
    default:
      return c.builder.node(formula.op, [lowerFormula(c, formula.left, names), lowerFormula(c, formula.right, names)]);
  }
}

/** A float64 tensor in another dtype. */
export const converted = (c: Context, name: string, dtype: keyof typeof dataTypes): string =>
  dtype === "float64" ? name : c.builder.node("Cast", [name], { to: dataTypes[dtype] });
