import { castArgument, type DType, type Expression, isCompare, isFloat, type Scalar } from "@cresset/core/backend";
import { boundsCode, indexCode } from "./index-math.ts";
import { compareOperator, type OperationText, operationText } from "./operations.ts";
import type { Writer } from "./writer.ts";

/** A JavaScript literal of a value. */
export function literal(value: Scalar): string {
  if (typeof value === "bigint") return value < 0n ? `(${value}n)` : `${value}n`;
  if (Object.is(value, -0)) return "(-0)";
  return value < 0 ? `(${value})` : String(value);
}

/** `text` rounded, or wrapped, to `dtype`. */
export function roundText(writer: Writer, dtype: DType, text: string): string {
  switch (dtype) {
    case "float32":
      return `Math.fround(${bare(text)})`;
    case "float16":
      return `${writer.helper("roundToHalf")}(Math.fround(${bare(text)}))`;
    case "int32":
      return `(${text} | 0)`;
    case "int16":
      return `(${text} << 16 >> 16)`;
    case "int8":
      return `(${text} << 24 >> 24)`;
    case "uint8":
      return `(${text} & 255)`;
    case "bool":
      return `(${text} !== 0 ? 1 : 0)`;
    case "float64":
    case "int64":
      return text;
  }
}

/** `text` without the parentheses that enclose all of it. */
export function bare(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let open = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === "(") open++;
    else if (text[i] === ")" && --open === 0) return text;
  }
  return text.slice(1, -1);
}

function castText(writer: Writer, from: DType, to: DType, input: string): OperationText {
  if (from === to) return { text: input, rounded: true };
  if (to === "bool") return { text: `(${input} !== ${from === "int64" ? "0n" : "0"} ? 1 : 0)`, rounded: true };
  if (to === "int64") {
    return { text: `${isFloat(from) ? writer.helper("floatToInt64") : "BigInt"}(${bare(input)})`, rounded: true };
  }
  if (from === "int64") {
    if (to === "float64") return { text: `Number(${bare(input)})`, rounded: true };
    if (isFloat(to)) {
      return { text: `${writer.helper("int64ToFloat32")}(${bare(input)})`, rounded: to === "float32" };
    }
    return { text: `Number(BigInt.asIntN(32, ${bare(input)}))`, rounded: to === "int32" };
  }
  if (isFloat(to)) {
    const exact = to === "float64" || from === "bool" || from === "uint8" || from === "int8" || from === "float16";
    return { text: input, rounded: exact || (from === "int16" && to === "float32") };
  }
  const widening = !isFloat(from) && (from === "bool" || to === "int32");
  return { text: input, rounded: widening };
}

function loadText(writer: Writer, e: Expression & { kind: "load" }): string {
  let text = `m${e.operand}[${indexCode(writer, e.index)}]`;
  if (readsNothing(e)) text = `(${text} ?? ${e.dtype === "int64" ? "0n" : "0"})`;
  return e.dtype === "float16" ? `${writer.helper("halfToFloat")}(${bare(text)})` : text;
}

/** Whether an index from data has no valid value: the operand is empty then. */
function readsNothing(e: Expression & { kind: "load" }): boolean {
  const pending = [e.index];
  for (let index = pending.pop(); index; index = pending.pop()) {
    if (index.kind === "value" && index.extent === 0) return true;
    if (index.kind === "sum") pending.push(index.left, index.right);
    else if (index.kind === "product" || index.kind === "quotient" || index.kind === "remainder") {
      pending.push(index.input);
    }
  }
  return false;
}

function argumentText(writer: Writer, dtype: DType, slot: number): string {
  const cast = `${writer.helper("castArgument")}(a${slot}, "${dtype}")`;
  // The usual case, without the call.
  if (dtype === "float32") return writer.hoist(0, `typeof a${slot} === "number" ? Math.fround(a${slot}) : ${cast}`);
  return writer.hoist(0, cast);
}

function indexValue(dtype: DType, code: string): OperationText {
  if (dtype === "int64") return { text: `BigInt(${code})`, rounded: true };
  return { text: `(${code})`, rounded: dtype === "float64" || dtype === "int32" };
}

/** Code for a value, with the flag whether it is rounded to its dtype already. Operators come in parentheses. */
export function expression(writer: Writer, e: Expression): OperationText {
  switch (e.kind) {
    case "constant":
      return { text: literal(castArgument(e.value, e.dtype)), rounded: true };
    case "argument":
      return { text: argumentText(writer, e.dtype, e.slot), rounded: true };
    case "index":
      return indexValue(e.dtype, indexCode(writer, e.index));
    case "load":
      return { text: loadText(writer, e), rounded: true };
    case "register":
      return { text: `r${e.register}`, rounded: true };
    case "cast":
      return castText(writer, e.input.dtype, e.dtype, value(writer, e.input));
    case "guard": {
      const bounds = boundsCode(writer, e.bounds);
      writer.lazy++;
      const inside = value(writer, e.value);
      const outside = value(writer, e.otherwise);
      writer.lazy--;
      return { text: `(${bounds} ? ${inside} : ${outside})`, rounded: true };
    }
    case "apply": {
      if (e.op === "where") {
        const [test, a, b] = e.inputs;
        return { text: `(${condition(writer, test)} ? ${value(writer, a)} : ${value(writer, b)})`, rounded: true };
      }
      const inputs = e.inputs.map((input) => value(writer, input));
      return operationText(e.op, e.inputs[0].dtype, inputs, (name) => writer.helper(name));
    }
  }
}

/** Code for a value of the expression's dtype. */
export function value(writer: Writer, e: Expression): string {
  const { text, rounded } = expression(writer, e);
  return rounded ? text : roundText(writer, e.dtype, text);
}

/** Code for a bool expression as a JavaScript condition. */
export function condition(writer: Writer, e: Expression): string {
  if (e.kind === "apply" && isCompare(e.op)) {
    const [x, y] = e.inputs;
    return `${value(writer, x)} ${compareOperator[e.op]} ${value(writer, y)}`;
  }
  if (e.kind === "apply" && e.op === "not") return `!(${condition(writer, e.inputs[0])})`;
  return `${value(writer, e)} !== 0`;
}

/** Code for an integer expression as a JavaScript number. */
export function numberValue(writer: Writer, e: Expression): string {
  const text = value(writer, e);
  return e.dtype === "int64" ? `Number(${bare(text)})` : bare(text);
}

/** Code for a value as it is stored in an array of `dtype`: typed arrays round and wrap by themselves, except to bool. */
export function storedText(writer: Writer, dtype: DType, { text, rounded }: OperationText): string {
  if (dtype === "float16")
    return `${writer.helper("floatToHalf")}(${rounded ? bare(text) : `Math.fround(${bare(text)})`})`;
  if (dtype === "bool" && !rounded) return bare(roundText(writer, dtype, text));
  return bare(text);
}
