import { bytesOf, castArgument, type Expression } from "@cresset/core/backend";
import { loadFour, loadOne } from "./access.ts";
import { cast } from "./cast.ts";
import type { Value } from "./emitter.ts";
import { addressOf, boundsHold, indexValue, strideOf, varies } from "./index-math.ts";
import { kindOf, type Lanes } from "./lanes.ts";
import { operation } from "./operations.ts";
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
      return cast(m, "int32", e.dtype, indexLanes(w, e));
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

function indexLanes(w: KernelWriter, e: Expression & { kind: "index" }): Lanes {
  const { m } = w;
  const stride = strideOf(w, e.index);
  if (Number.isNaN(stride)) return w.eachLane(() => m.one("i32", indexValue(w, e.index)));
  const first = m.one("i32", indexValue(w, e.index));
  if (stride === 0) return first;
  const steps = new Uint8Array(Int32Array.of(0, stride, 2 * stride, 3 * stride).buffer);
  return m.add(first, { kind: "i32", width: 4, parts: [w.e.vector(steps)] });
}

function load(w: KernelWriter, e: Expression & { kind: "load" }): Lanes {
  const stride = strideOf(w, e.index);
  const pinned = w.operand(e.operand).access !== "read";
  const address = (): Value => addressOf(w, e.operand, e.index, bytesOf(e.dtype));
  if (stride === 0) return loadOne(w, e.dtype, address(), pinned);
  if (stride === 1) return loadFour(w, e.dtype, address(), pinned);
  return w.eachLane(() => loadOne(w, e.dtype, address(), pinned));
}

function guarded(w: KernelWriter, e: Expression & { kind: "guard" }): Lanes {
  const kind = kindOf[e.dtype];
  const boundsVary = e.bounds.some((bound) => strideOf(w, bound.index) !== 0);
  const wide = varies(w, e);
  const holds = boundsHold(w, e.bounds);
  const apart = (): Lanes => w.eachLane(() => guarded(w, e));
  if (holds.constant === 0 && boundsVary) return apart();
  const width = wide ? 4 : 1;
  return chosen(
    w,
    kind,
    width,
    holds,
    () => value(w, e.value),
    () => (boundsVary ? apart() : value(w, e.otherwise)),
  );
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
