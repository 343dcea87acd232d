import { type Bound, bytesOf, castArgument, type Expression, type Index } from "@cresset/core/backend";
import { loadFour, loadOne } from "./access.ts";
import type { Value } from "./code/emitter.ts";
import { kindOf, type Lanes } from "./code/lanes.ts";
import { addressOf, boundsHold, indexLanes, lanesHold, someHolds, strideOf, varies } from "./index-math.ts";
import { cast } from "./values/cast.ts";
import { operation } from "./values/operations.ts";
import type { KernelWriter } from "./writer.ts";

/** The value of an expression at the present point, or, if it varies along the vector axis, at four. */
export function value(w: KernelWriter, e: Expression): Lanes {
  const { m } = w;
  switch (e.kind) {
    case "constant": {
      const exact = castArgument(e.value, e.dtype);
      return m.constant(kindOf[e.dtype], exact);
    }
    case "argument":
      return w.argument(e.slot, e.dtype);
    case "index":
      return cast(m, "int32", e.dtype, indexLanes(w, e.index));
    case "load":
      return load(w, e);
    case "register":
      return w.register(e.register);
    case "apply":
      return operation(
        m,
        e.op,
        e.op === "where" ? e.dtype : e.inputs[0].dtype,
        e.inputs.map((input) => value(w, input)),
      );
    case "cast":
      return cast(m, e.input.dtype, e.dtype, value(w, e.input));
    case "guard":
      return guarded(w, e);
  }
}

function load(w: KernelWriter, e: Expression & { kind: "load" }): Lanes {
  const stride = strideOf(w, e.index);
  const pinned = w.operand(e.operand).access !== "read";
  const address = (): Value => addressOf(w, e.operand, e.index, bytesOf(e.dtype));
  if (stride === 0) return loadOne(w, e.dtype, address(), pinned);
  if (stride === 1) return loadFour(w, e.dtype, address(), pinned);
  return w.rare.near?.(w, e, stride, pinned) ?? w.eachLane(() => loadOne(w, e.dtype, address(), pinned));
}

function guarded(w: KernelWriter, e: Expression & { kind: "guard" }): Lanes {
  const kind = kindOf[e.dtype];
  const width = varies(w, e) ? 4 : 1;
  const differ = e.bounds.filter((bound) => strideOf(w, bound.index) !== 0);
  const otherwise = (): Lanes => value(w, e.otherwise);
  if (differ.length === 0) return chosen(w, kind, width, boundsHold(w, e.bounds), () => value(w, e.value), otherwise);
  const apart = (): Lanes => w.eachLane(() => guarded(w, e));
  const all = boundsHold(w, e.bounds);
  const masked = differ.length === 1 && canMask(w, e.value, differ);
  if (all.constant === 0 && !masked) return apart();
  if (!masked) return chosen(w, kind, width, all, () => value(w, e.value), apart);
  const some = w.e.op(
    "i32.and",
    boundsHold(
      w,
      e.bounds.filter((bound) => !differ.includes(bound)),
    ),
    someHolds(w, differ),
  );
  return chosen(
    w,
    kind,
    4,
    all,
    () => value(w, e.value),
    () => chosen(w, kind, 4, some, () => w.m.select(lanesHold(w, differ), value(w, e.value), otherwise()), otherwise),
  );
}

/**
 * Whether a value may be computed at all four points if bounds hold at one of them: then loads reach a few elements beyond
 * what the bounds allow, which memory has on either side of a buffer.
 */
function canMask(w: KernelWriter, e: Expression, differ: readonly Bound[]): boolean {
  const isNear = (index: Index): boolean => Math.abs(strideOf(w, index)) <= 2;
  if (!differ.every(({ index, extent, step }) => isNear(index) && extent > 0 && step === 1)) return false;
  switch (e.kind) {
    case "load":
      return isNear(e.index);
    case "apply":
      return e.inputs.every((input) => canMask(w, input, []));
    case "cast":
      return canMask(w, e.input, []);
    case "guard":
      return canMask(w, e.value, []) && canMask(w, e.otherwise, []);
    default:
      return true;
  }
}

/** One of two values, of which only that is computed. */
function chosen(
  w: KernelWriter,
  kind: Lanes["kind"],
  width: 1 | 4,
  condition: Value,
  a: () => Lanes,
  b: () => Lanes,
): Lanes {
  const { e, m } = w;
  const none = m.constant(kind, kind === "i64" ? 0n : 0);
  const variables = (width === 4 ? m.widen(none) : none).parts.map((part) => e.variable(part.type));
  const arm = (result: () => Lanes) => (): void => {
    const x = result();
    const { parts } = width === 4 ? m.widen(x) : x;
    for (const [i, variable] of variables.entries()) e.set(variable, parts[i]);
  };
  e.branch(condition, arm(a), arm(b));
  return { kind, width, parts: variables.map((variable) => e.copy(variable)) };
}
