import type { Bound, Index } from "@cresset/core/backend";
import { value } from "./expression.ts";
import { parameter } from "./parameters.ts";
import type { Writer } from "./writer.ts";

/** The index as a sum of terms with factors, and a constant. */
class Sum {
  constant = 0;
  readonly terms = new Map<string, number>();

  add(text: string, factor: number): void {
    this.terms.set(text, (this.terms.get(text) ?? 0) + factor);
  }
}

function collect(writer: Writer, index: Index, factor: number, sum: Sum): void {
  switch (index.kind) {
    case "constant":
      sum.constant += factor * index.value;
      break;
    case "axis":
      sum.add(writer.axes.get(index.axis) ?? "0", factor);
      break;
    case "argument":
      sum.add(`i32(${parameter(writer.layout.argument(index.slot, "int32"))})`, factor);
      break;
    case "sum":
      collect(writer, index.left, factor, sum);
      collect(writer, index.right, factor, sum);
      break;
    case "product":
      collect(writer, index.input, factor * index.by, sum);
      break;
    case "quotient":
      sum.add(`(${indexText(writer, index.input)}) / ${index.by}`, factor);
      break;
    case "remainder":
      sum.add(`(${indexText(writer, index.input)}) % ${index.by}`, factor);
      break;
    case "value": {
      const text = value(writer, index.value);
      const int64 = index.value.dtype === "int64";
      const number = int64 || index.value.dtype !== "bool" ? text : `i32(${text})`;
      sum.add(`${writer.use(int64 ? "clamp_index64" : "clamp_index")}(${number}, ${index.extent})`, factor);
      break;
    }
  }
}

const product = (text: string, factor: number): string => {
  const size = Math.abs(factor);
  if (size === 1) return text;
  return `${/[ /%]/.test(text) && !/^\w+\(.*\)$/.test(text) ? `(${text})` : text} * ${size}`;
};

/** An i32 expression for an index. */
export function indexText(writer: Writer, index: Index): string {
  const sum = new Sum();
  collect(writer, index, 1, sum);
  let text = "";
  for (const [term, factor] of sum.terms) {
    if (factor === 0) continue;
    const one = product(term, factor);
    if (text === "") text = factor < 0 ? `-(${one})` : one;
    else text += factor < 0 ? ` - ${/[ ]/.test(one) ? `(${one})` : one}` : ` + ${one}`;
  }
  if (sum.constant === 0) return text === "" ? "0" : text;
  if (text === "") return String(sum.constant);
  return sum.constant < 0 ? `${text} - ${-sum.constant}` : `${text} + ${sum.constant}`;
}

/** A condition: all bounds hold. */
export function boundsText(writer: Writer, bounds: readonly Bound[]): string {
  if (bounds.length === 0) return "true";
  const places = bounds.map(({ index }) => writer.name("g", indexText(writer, index)));
  const ranges = bounds.map(({ extent }, i) => `${places[i]} >= 0 && ${places[i]} < ${extent}`);
  const multiples = bounds.flatMap(({ step }, i) => (step === 1 ? [] : [`${places[i]} % ${step} == 0`]));
  return [...ranges, ...multiples].join(" && ");
}
