import { type RandomSource, readValue, type Value } from "@cresset/core/extend";
import type { HostArray } from "@cresset/core/functions";
import { dataTypes } from "../dtypes.ts";
import { OnnxExportError } from "../errors.ts";
import type { Context, Emitted } from "./emitted.ts";
import { sizesOf } from "./lower.ts";
import { lowerIota } from "./movement.ts";
import { numberOf } from "./scalar.ts";
import { isFixed } from "./sizes.ts";

/**
 * Data that a program holds or makes, in each of the traces. What is the same in all is part of the file; a range or a repeated
 * number, such as positions in a sequence, may be longer or shorter.
 *
 * @throws OnnxExportError for other data that depends on the sizes of the inputs.
 */
export async function lowerData(c: Context, values: readonly Value[]): Promise<Emitted> {
  const [value] = values;
  const { dtype, shape } = value.type;
  const sizes = sizesOf(values.map((each) => each.type.shape));
  const all: HostArray[] = [];
  for (const each of values) all.push(each === value && all.length > 0 ? all[0] : await readValue(each));
  const [data] = all;
  const same = values.every((each, k) => each.type === value.type && (each === value || sameNumbers(all[k], data)));
  if (same) return c.whole(c.builder.initializer(c.builder.fresh("data"), dtype, shape, data), dtype, sizes);
  const first = numberIn(data, 0);
  if (all.every((each) => each.length > 0 && every(each, (x) => Object.is(x, first))))
    return { name: numberOf(c, dtype, data[0]), dtype, shape: sizes, held: [] };
  const step = data.length > 1 ? numberIn(data, 1) - first : 0;
  const isRange =
    dtype !== "float16" &&
    sizes.length === 1 &&
    all.every((each) => every(each, (x, i) => x === rounded(dtype, first + i * step)));
  if (!isRange)
    throw new OnnxExportError(
      `the program makes a tensor of ${dtype}[${shape.join(", ")}] on its own, which is another one for other sizes of the inputs. ` +
        "Compute it from an input's elements, or make those dimensions fixed",
    );
  // As it is made on the host: in float64, and rounded once.
  const { builder } = c;
  const exact = dtype.startsWith("float") ? "float64" : "int64";
  const cast = (name: string, to: typeof dtype): string => builder.node("Cast", [name], { to: dataTypes[to] });
  let name = lowerIota(c, sizes, 0).name;
  if (exact === "float64") name = cast(name, exact);
  if (step !== 1) name = builder.node("Mul", [name, numberOf(c, exact, step)]);
  if (first !== 0) name = builder.node("Add", [name, numberOf(c, exact, first)]);
  return c.whole(dtype === exact ? name : cast(name, dtype), dtype, sizes);
}

/** Random numbers of the same distribution, drawn by the engine in every run. */
export function lowerRandom(
  c: Context,
  sources: readonly (RandomSource | undefined)[],
  values: readonly Value[],
): Emitted {
  const [source] = sources;
  const { dtype } = values[0].type;
  const shape = sizesOf(values.map((each) => each.type.shape));
  const same = (other: RandomSource | undefined): boolean =>
    other !== undefined &&
    other.kind === source?.kind &&
    (other.kind !== "bernoulli" || other.p === (source as { p?: number }).p);
  if (source === undefined || !sources.every(same))
    throw new OnnxExportError(
      "the program draws other random numbers for other sizes of the inputs. Make those dimensions fixed",
    );
  const { builder } = c;
  const op = source.kind === "normal" ? "RandomNormal" : "RandomUniform";
  const drawn = dtype === "float64" ? dtype : "float32";
  const attributes = { dtype: dataTypes[drawn] };
  const name = shape.every(isFixed)
    ? builder.unique(op, [], { ...attributes, shape: shape.map(([n]) => n) })
    : builder.unique(
        `${op}Like`,
        [builder.node("Expand", [numberOf(c, "float32", 0), c.sizes.shape(shape)])],
        attributes,
      );
  if (source.kind !== "bernoulli")
    return c.whole(dtype === drawn ? name : builder.node("Cast", [name], { to: dataTypes[dtype] }), dtype, shape);
  const hit = builder.node("Less", [name, numberOf(c, drawn, source.p)]);
  return c.whole(dtype === "bool" ? hit : builder.node("Cast", [hit], { to: dataTypes[dtype] }), dtype, shape);
}

const numberIn = (data: HostArray, i: number): number => Number(data[i]);

const rounded = (dtype: string, x: number): number => (dtype === "float32" ? Math.fround(x) : x);

function every(data: HostArray, holds: (x: number, i: number) => boolean): boolean {
  for (let i = 0; i < data.length; i++) if (!holds(Number(data[i]), i)) return false;
  return true;
}

function sameNumbers(a: HostArray, b: HostArray): boolean {
  return a.length === b.length && every(a, (x, i) => Object.is(x, Number(b[i])));
}
