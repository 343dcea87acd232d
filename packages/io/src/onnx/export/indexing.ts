import { dataTypes } from "../dtypes.ts";
import type { NodeAttributes } from "./builder.ts";
import type { Context, Emitted } from "./emitted.ts";
import { isOne, type Size } from "./sizes.ts";

/** out[…, i, …] = x[…, index[…, i, …], …] along `dim`. */
export function lowerGather(c: Context, x: Emitted, dim: number, index: Emitted, shape: readonly Size[]): Emitted {
  if (c.isRepeated(x, dim)) return { ...x, shape };
  const places = c.aligned(index);
  const { builder } = c;
  if (places.held.every((size, d) => d === dim || isOne(size))) {
    // The same positions for all rows.
    const source = c.aligned(x);
    const { name: all } = c.writtenOut(places, [dim]);
    const flat = c.reshaped(all, places.held.with(dim, places.shape[dim]), [places.shape[dim]]);
    const held = source.held.with(dim, shape[dim]);
    return c.repeated(builder.node("Gather", [source.name, flat], { axis: dim }), x.dtype, shape, held);
  }
  return c.whole(builder.node("GatherElements", [c.full(x), c.full(index)], { axis: dim }), x.dtype, shape);
}

const modes: Readonly<Record<string, string>> = { set: "none", sum: "add", product: "mul", max: "max", min: "min" };

/** `base` with `source` combined at `index` along `dim`. */
export function lowerScatter(
  c: Context,
  base: Emitted,
  dim: number,
  index: Emitted,
  source: Emitted,
  mode: string,
  shape: readonly Size[],
): Emitted {
  if ((mode === "max" || mode === "min") && c.builder.opset < 18)
    return c.lacking(`a scatter with ${mode} (before opset 18)`, base.dtype, shape);
  const { builder } = c;
  const through = base.dtype === "bool" ? "int32" : base.dtype;
  const cast = (x: Emitted): string =>
    through === base.dtype ? c.full(x) : builder.node("Cast", [c.full(x)], { to: dataTypes[through] });
  const reduction = through === base.dtype || mode === "set" ? modes[mode] : mode === "sum" ? "max" : modes[mode];
  const attributes: NodeAttributes = reduction === "none" ? { axis: dim } : { axis: dim, reduction };
  const name = builder.node("ScatterElements", [cast(base), c.full(index), cast(source)], attributes);
  const back = through === base.dtype ? name : builder.node("Cast", [name], { to: dataTypes[base.dtype] });
  return c.whole(back, base.dtype, shape);
}
