import { AutogradError, ValueError } from "../errors.ts";
import type { Value } from "../graph/node.ts";
import type { Attributes } from "../graph/operation.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Where random numbers came from that a traced program drew: what another engine draws instead. */
export type RandomSource =
  /** Uniform on [0, 1). */
  | { readonly kind: "uniform" }
  /** Of mean 0 and variance 1. */
  | { readonly kind: "normal" }
  /** 1 with probability `p`, else 0. */
  | { readonly kind: "bernoulli"; readonly p: number };

/** A layer that is written out here, step by step, and that other engines may have as a whole. */
export interface TracedLayer {
  readonly name: string;
  readonly operands: readonly Tensor[];
  readonly attributes: Attributes;
}

/** What is told to whoever traces a program (`tensor/traced.ts`). */
export interface Tracing {
  /** A value is read, or would have to be computed. @throws TraceError unless it is data that the program is not given. */
  reads(value: Value): void;
  /** Random numbers are drawn. */
  draws(): void;
  /** Where those came from that were drawn last. */
  drew(value: Value, source: RandomSource): void;
  /** What stands for a layer as a whole, where whoever traces has that; null: it is written out. */
  layer(layer: TracedLayer): readonly Tensor[] | null;
}

/** Modes of the running code: recording of gradients, nesting of modules, laziness. */
export const mode = {
  gradEnabled: true,
  inference: false,
  /** How many modules are running, one inside the other. */
  moduleDepth: 0,
  /** Dotted names of the running modules. */
  path: "",
  evaluation: "lazy" as "lazy" | "eager",
  /** Whether the graph is being recorded for use elsewhere (`traced`): nothing is computed or committed. */
  tracing: null as Tracing | null,
};

/** Whether operations record what `backward` needs. */
export function isGradEnabled(): boolean {
  return mode.gradEnabled;
}

/**
 * Chooses when values are computed: "lazy" (default) when read or committed, "eager" at each call, for debugging.
 * Values are the same.
 */
export function setEvaluation(evaluation: "lazy" | "eager"): void {
  mode.evaluation = evaluation;
}

/**
 * Runs `fn` without recording gradients. Synchronous: a promise would let the mode leak into other code.
 *
 * @throws AutogradError if `fn` returns a promise.
 * @example
 * const accuracy = torch.noGrad(() => model(x).gt(0.5).eq(y).to("float32").mean());
 */
export function noGrad<T>(fn: () => T): T {
  return withGrad(false, fn, "noGrad");
}

/** Runs `fn` with gradients recorded, also inside `noGrad`. */
export function enableGrad<T>(fn: () => T): T {
  return withGrad(true, fn, "enableGrad");
}

/** Turns recording of gradients on or off: for the rest of the program, or while `fn` runs. */
export function setGradEnabled(enabled: boolean): void;
export function setGradEnabled<T>(enabled: boolean, fn: () => T): T;
export function setGradEnabled<T>(enabled: boolean, fn?: () => T): T | undefined {
  if (fn !== undefined) return withGrad(enabled, fn, "setGradEnabled");
  mode.gradEnabled = enabled;
}

/** Like `noGrad`; its results can never take part in a differentiable computation. */
export function inferenceMode<T>(fn: () => T): T {
  const outer = mode.inference;
  mode.inference = true;
  try {
    return withGrad(false, fn, "inferenceMode");
  } finally {
    mode.inference = outer;
  }
}

/** Whether results can take part in a differentiable computation; not within `inferenceMode`. */
export function isInferenceModeEnabled(): boolean {
  return mode.inference;
}

function withGrad<T>(enabled: boolean, fn: () => T, name: string): T {
  if (typeof fn !== "function") throw new ValueError(`${name} takes a function: ${name}(() => model(x))`);
  const outer = mode.gradEnabled;
  mode.gradEnabled = enabled;
  try {
    const result = fn();
    if (result instanceof Promise) {
      result.catch(() => undefined);
      throw new AutogradError(
        `${name}(fn): fn returned a promise, and other code would run in the mode while it waits. ` +
          `Await values outside: const y = ${name}(() => model(x)); await y.item()`,
      );
    }
    return result;
  } finally {
    mode.gradEnabled = outer;
  }
}

/**
 * A module's forward begins: values made inside are kept only where it returns them.
 *
 * @returns the path of the modules around it, which `leaveModule` is to be given.
 */
export function enterModule(name: string): string {
  const { path } = mode;
  mode.path = path === "" ? name : `${path}.${name}`;
  mode.moduleDepth++;
  return path;
}

/** A module's forward ends, or has thrown. */
export function leaveModule(path: string): void {
  mode.moduleDepth--;
  mode.path = path;
}
