import type { Node } from "@cresset/core/extend";
import { dataTypes } from "../dtypes.ts";
import type { Context } from "./emitted.ts";
import { numberOf } from "./scalar.ts";

/** A number that an optimizer computes on the host anew in every step. */
export type Formula =
  | { readonly kind: "lr" }
  /** The number of this step, from 1 on. */
  | { readonly kind: "step" }
  /** A number that the optimizer carries from step to step, as it was before this one. */
  | { readonly kind: "state"; readonly name: string }
  /** The nearest number of float32. */
  | { readonly kind: "float32"; readonly of: Formula }
  /** One formula where another one is above 0, else a third. */
  | { readonly kind: "choose"; readonly positive: Formula; readonly above: Formula; readonly below: Formula }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "apply"; readonly op: Op; readonly left: Formula; readonly right: Formula };

type Op = "Add" | "Sub" | "Mul" | "Div" | "Pow" | "Max" | "Min";

const operators: Readonly<Record<Op, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
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
const [add, sub, mul, div, pow, max, min] = (["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min"] as const).map(apply);
const state = (name: string): Formula => ({ kind: "state", name });
const float32 = (of: Formula): Formula => ({ kind: "float32", of });
const choose = (positive: Formula, above: Formula | number, below: Formula | number): Formula => ({
  kind: "choose",
  positive,
  above: typeof above === "number" ? number(above) : above,
  below: typeof below === "number" ? number(below) : below,
});
const minus = (x: Formula): Formula => mul(x, -1);

/** An optimizer's options of one group of parameters. */
export type Options = Readonly<Record<string, unknown>>;

const numberIn = (options: Options, name: string): number => Number(options[name]);
const betasIn = (options: Options): readonly [number, number] => options.betas as readonly [number, number];

/** NAdam's momentum in a step, and the products of all of them, which PyTorch keeps in float32. */
function momenta(options: Options): { mu: Formula; muNext: Formula; product: Formula; productNext: Formula } {
  const [beta1] = betasIn(options);
  const decay = numberIn(options, "momentumDecay");
  const at = (t: Formula): Formula => mul(beta1, sub(1, mul(0.5, pow(0.96, mul(t, decay)))));
  const [mu, muNext] = [at(step), at(add(step, 1))];
  const product = float32(mul(state("mu_product"), float32(mu)));
  return { mu, muNext, product, productNext: float32(mul(float32(mul(product, float32(mu))), float32(muNext))) };
}

/** Of RAdam: how far the variance is known; it is used from 5 on. */
function rectification(options: Options): { known: Formula; rect: Formula; root: Formula } {
  const [, beta2] = betasIn(options);
  const most = 2 / (1 - beta2) - 1;
  const correction = sub(1, pow(beta2, step));
  const rho = sub(most, div(mul(mul(2, step), pow(beta2, step)), correction));
  const square = div(mul(mul(sub(rho, 4), sub(rho, 2)), most), mul((most - 4) * (most - 2), rho));
  return { known: sub(rho, 5), rect: pow(square, 0.5), root: pow(correction, 0.5) };
}

/** What √v + ε is lost in, so that their quotient is 1: the first steps of RAdam do without. */
const huge = 1e30;

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
  nadam: (options) => {
    const { mu, muNext, product, productNext } = momenta(options);
    const [, beta2] = betasIn(options);
    return {
      0: div(mul(minus(lr), sub(1, mu)), sub(1, product)),
      1: div(mul(minus(lr), muNext), sub(1, productNext)),
      6: sub(1, pow(beta2, step)),
    };
  },
  radam: (options, node) => {
    const [beta1] = betasIn(options);
    const always = { 0: lr, 5: sub(1, pow(beta1, step)) };
    if (node.template.attributes.rectified !== true) return always;
    const { known, rect, root } = rectification(options);
    return {
      ...always,
      6: choose(known, root, huge),
      7: choose(known, rect, 1),
      8: choose(known, numberIn(options, "eps"), huge),
    };
  },
  asgd: (options) => ({
    0: sub(1, mul(numberIn(options, "lambd"), state("eta"))),
    1: minus(state("eta")),
    2: state("mu"),
  }),
  adafactor: (options) => ({
    0: min(lr, div(1, pow(step, 0.5))),
    1: pow(step, numberIn(options, "beta2Decay")),
    5: sub(1, mul(lr, numberIn(options, "weightDecay"))),
  }),
  adagrad: (options) => ({ 0: minus(div(lr, add(1, mul(sub(step, 1), numberIn(options, "lrDecay"))))) }),
};

/** The formulas of a node's numbers, by position. */
export function formulasOf(node: Node, options: Options): Readonly<Record<number, Formula>> {
  const { name } = node.template.operation;
  return Object.hasOwn(formulas, name) ? formulas[name](options, node) : {};
}

/** A number that an optimizer carries from step to step. */
export interface NumberState {
  /** Before the first step. */
  readonly initial: (options: Options) => number;
  readonly next: (options: Options) => Formula;
}

/** Of each optimizer's operation, by PyTorch's names. PyTorch keeps them in float32. */
const numberStates: Readonly<Record<string, Readonly<Record<string, NumberState>>>> = {
  nadam: { mu_product: { initial: () => 1, next: (options) => momenta(options).product } },
  asgd: {
    eta: {
      initial: (options) => Math.fround(numberIn(options, "lr")),
      next: (options) => {
        const slower = add(1, mul(mul(numberIn(options, "lambd"), lr), step));
        return float32(div(lr, pow(slower, numberIn(options, "alpha"))));
      },
    },
    mu: {
      initial: () => 1,
      next: (options) => float32(div(1, max(1, sub(step, numberIn(options, "t0"))))),
    },
  },
};

export function numberStatesOf(operation: string): Readonly<Record<string, NumberState>> {
  return Object.hasOwn(numberStates, operation) ? numberStates[operation] : {};
}

/**
 * States with which an optimizer does all that it ever does, where its first steps do less: what is traced must hold for all steps,
 * so the formulas say what makes no difference in the first ones.
 */
export function fullStateOf(operation: string): Readonly<Record<string, number>> {
  if (operation === "radam") return { step: 1_000_000 };
  return operation === "asgd" ? { mu: 0.5 } : {};
}

/** What formulas depend on. */
export interface Now {
  readonly lr: number;
  readonly step: number;
  readonly states: Readonly<Record<string, number>>;
}

export function evaluateFormula(formula: Formula, now: Now): number {
  switch (formula.kind) {
    case "lr":
      return now.lr;
    case "step":
      return now.step;
    case "number":
      return formula.value;
    case "state":
      return now.states[formula.name] ?? Number.NaN;
    case "float32":
      return Math.fround(evaluateFormula(formula.of, now));
    case "choose":
      return evaluateFormula(evaluateFormula(formula.positive, now) > 0 ? formula.above : formula.below, now);
    default:
      return operators[formula.op](evaluateFormula(formula.left, now), evaluateFormula(formula.right, now));
  }
}

/** The formulas that a formula is made of. */
function partsOf(formula: Formula): readonly Formula[] {
  if (formula.kind === "apply") return [formula.left, formula.right];
  if (formula.kind === "choose") return [formula.positive, formula.above, formula.below];
  return formula.kind === "float32" ? [formula.of] : [];
}

export function mentions(formula: Formula, kind: "lr" | "step" | "state"): boolean {
  return formula.kind === kind || partsOf(formula).some((part) => mentions(part, kind));
}

/** A formula as nodes, in float64 as on the host; `names` are float64 tensors of no dimension. */
export function lowerFormula(
  c: Context,
  formula: Formula,
  names: {
    readonly lr: string | number;
    readonly step: string;
    readonly states: Readonly<Record<string, string>>;
  },
): string {
  const lowered = (part: Formula): string => lowerFormula(c, part, names);
  switch (formula.kind) {
    case "lr":
      return typeof names.lr === "string" ? names.lr : numberOf(c, "float64", names.lr);
    case "step":
      return names.step;
    case "number":
      return numberOf(c, "float64", formula.value);
    case "state":
      return names.states[formula.name];
    case "float32": {
      const rounded = c.builder.node("Cast", [lowered(formula.of)], { to: dataTypes.float32 });
      return c.builder.node("Cast", [rounded], { to: dataTypes.float64 });
    }
    case "choose": {
      const positive = c.builder.node("Greater", [lowered(formula.positive), numberOf(c, "float64", 0)]);
      return c.builder.node("Where", [positive, lowered(formula.above), lowered(formula.below)]);
    }
    default:
      return c.builder.node(formula.op, [lowered(formula.left), lowered(formula.right)]);
  }
}

/** A float64 tensor in another dtype. */
export const converted = (c: Context, name: string, dtype: keyof typeof dataTypes): string =>
  dtype === "float64" ? name : c.builder.node("Cast", [name], { to: dataTypes[dtype] });
