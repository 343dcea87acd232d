import {
  castArgument,
  type DType,
  type Expression,
  type Index,
  isCompare,
  isFloat,
  type Scalar,
} from "@cresset/core/backend";
import { boundsText, indexText } from "./index-math.ts";
import { operationText } from "./operations.ts";
import { parameter } from "./parameters.ts";
import { valueType } from "./types.ts";
import type { Writer } from "./writer.ts";

const words = new Uint32Array(2);
const singles = new Float32Array(words.buffer);
const longs = new BigInt64Array(words.buffer);

function floatLiteral(writer: Writer, value: number): string {
  if (Number.isNaN(value)) return `${writer.use("not_a_number")}()`;
  if (value === Number.POSITIVE_INFINITY) return `${writer.use("infinity")}()`;
  if (value === Number.NEGATIVE_INFINITY) return `${writer.use("negated")}(${writer.use("infinity")}())`;
  singles[0] = value;
  // −0 and subnormal numbers by their bits: as decimal numbers they may become 0.
  if (value === 0 ? Object.is(value, -0) : Math.abs(value) < 2 ** -126) return `bitcast<f32>(${words[0]}u)`;
  const text = String(value);
  const decimal = /[.e]/.test(text) ? text : `${text}.0`;
  return value < 0 ? `(${decimal}f)` : `${decimal}f`;
}

/** A WGSL literal of a value of `dtype`. */
export function literal(writer: Writer, dtype: DType, value: Scalar): string {
  switch (valueType(dtype)) {
    case "f32":
      return floatLiteral(writer, Math.fround(Number(value)));
    case "vec2u":
      longs[0] = BigInt(value);
      return `vec2u(${words[0]}u, ${words[1]}u)`;
    case "bool":
      return Number(value) === 0 ? "false" : "true";
    case "i32": {
      const number = Number(value);
      // −2³¹ as a decimal literal is the negative of one that does not fit.
      if (number === -2147483648) return "i32(-2147483647 - 1)";
      return number < 0 ? `(${number})` : String(number);
    }
  }
}

/** `text`, the exact result of an operation on values of `dtype`, rounded or wrapped to it. */
export function roundText(writer: Writer, dtype: DType, text: string): string {
  switch (dtype) {
    case "float16":
      return `${writer.use(writer.placement.half ? "native_half" : "round_half")}(${text})`;
    case "int16":
      return `${writer.use("wrap_i16")}(${text})`;
    case "int8":
      return `${writer.use("wrap_i8")}(${text})`;
    case "uint8":
      return `${writer.use("wrap_u8")}(${text})`;
    default:
      return text;
  }
}

const narrower: Readonly<Partial<Record<DType, readonly DType[]>>> = {
  int32: ["int16", "int8", "uint8"],
  int16: ["int8", "uint8"],
};

export function castText(writer: Writer, from: DType, to: DType, input: string): string {
  if (from === to) return input;
  const source = valueType(from);
  const target = valueType(to);
  if (target === "bool") {
    if (source === "f32") return `!${writer.use("is_zero")}(${input})`;
    return source === "vec2u" ? `!${writer.use("zero_int64")}(${input})` : `(${input} != 0)`;
  }
  if (source === "bool") {
    if (target === "f32") return `select(0.0f, 1.0f, ${input})`;
    return target === "i32" ? `select(0, 1, ${input})` : `select(vec2u(0u, 0u), vec2u(1u, 0u), ${input})`;
  }
  if (target === "vec2u") return `${writer.use(source === "f32" ? "f32_to_int64" : "int64_of")}(${input})`;
  if (target === "f32") {
    if (source === "f32") return to === "float16" ? roundText(writer, to, input) : input;
    const exact = from === "int8" || from === "uint8" || from === "int16";
    const single =
      source === "vec2u"
        ? `${writer.use("int64_to_f32")}(${input})`
        : exact
          ? `f32(${input})`
          : `${writer.use("i32_to_f32")}(${input})`;
    return to === "float16" ? roundText(writer, to, single) : single;
  }
  if (source === "f32") return roundText(writer, to, `${writer.use("f32_to_i32")}(${input})`);
  if (source === "vec2u") return roundText(writer, to, `i32(${input}.x)`);
  return narrower[to]?.includes(from) ? input : roundText(writer, to, input);
}

/** The value of an element of an operand. */
export function loadText(writer: Writer, operand: number, index: string): string {
  const place = writer.placement.places[operand];
  const dtype = writer.dtypeOf(operand);
  if (place.kind !== "own") {
    const heap = place.kind;
    const at = `o${operand} + u32(${index})`;
    switch (valueType(dtype)) {
      case "f32":
        return `bitcast<f32>(${heap}[${at}])`;
      case "i32":
        return `i32(${heap}[${at}])`;
      case "bool":
        return `(${heap}[${at}] != 0u)`;
      case "vec2u": {
        const name = writer.name("a", `o${operand} + 2u * u32(${index})`);
        return `vec2u(${heap}[${name}], ${heap}[${name} + 1u])`;
      }
    }
  }
  return loadedText(writer, operand, place.parts === 1 ? `b${operand}[${index}]` : `load_b${operand}(${index})`);
}

/** The value of `element`, as it lies in an operand's own buffer. */
export function loadedText(writer: Writer, operand: number, element: string): string {
  const place = writer.placement.places[operand];
  if (place.kind === "own" && place.storage === "f16") return `f32(${element})`;
  return writer.dtypeOf(operand) === "bool" ? `(${element} != 0u)` : element;
}

/** What is to lie in an operand's own buffer for a value rounded to its dtype. */
export function storedText(writer: Writer, operand: number, text: string): string {
  const place = writer.placement.places[operand];
  if (place.kind === "own" && place.storage === "f16") return `f16(${text})`;
  return writer.dtypeOf(operand) === "bool" ? `select(0u, 1u, ${text})` : text;
}

/** Writes a value, rounded to the operand's dtype, to an element of it. */
export function writeStore(writer: Writer, operand: number, index: string, text: string): void {
  const place = writer.placement.places[operand];
  const stored = storedText(writer, operand, text);
  if (place.kind === "own") {
    writer.line(place.parts === 1 ? `b${operand}[${index}] = ${stored};` : `store_b${operand}(${index}, ${stored});`);
    return;
  }
  const heap = place.kind;
  switch (valueType(writer.dtypeOf(operand))) {
    case "f32":
    case "i32":
      writer.line(`${heap}[o${operand} + u32(${index})] = bitcast<u32>(${stored});`);
      break;
    case "bool":
      writer.line(`${heap}[o${operand} + u32(${index})] = ${stored};`);
      break;
    case "vec2u": {
      const at = writer.name("a", `o${operand} + 2u * u32(${index})`);
      const words = writer.name("v", stored);
      writer.line(`${heap}[${at}] = ${words}.x;`);
      writer.line(`${heap}[${at} + 1u] = ${words}.y;`);
      break;
    }
  }
}

function argumentText(writer: Writer, dtype: DType, slot: number): string {
  const word = writer.layout.argument(slot, dtype);
  switch (valueType(dtype)) {
    case "f32":
      return `bitcast<f32>(${parameter(word)})`;
    case "i32":
      return `i32(${parameter(word)})`;
    case "bool":
      return `(${parameter(word)} != 0u)`;
    case "vec2u":
      return `vec2u(${parameter(word)}, ${parameter(word + 1)})`;
  }
}

/** Longer texts get a name: WGSL parsers do not like nesting without end, and people do not either. */
const longest = 160;

/** WGSL for a value of the expression's dtype. May write lines before it. */
export function value(writer: Writer, e: Expression): string {
  const text = inner(writer, e);
  return text.length > longest ? writer.name("v", text) : text;
}

function inner(writer: Writer, e: Expression): string {
  switch (e.kind) {
    case "constant":
      return literal(writer, e.dtype, castArgument(e.value, e.dtype));
    case "argument":
      return argumentText(writer, e.dtype, e.slot);
    case "index": {
      const text = indexText(writer, e.index);
      if (e.dtype === "int32") return `(${text})`;
      return castText(writer, "int32", e.dtype, valueType(e.dtype) === "i32" ? `(${text})` : text);
    }
    case "load":
      return writer.fours?.load(e.operand, e.index) ?? loadText(writer, e.operand, indexText(writer, e.index));
    case "register":
      return writer.registers.get(e.register) ?? `r${e.register}`;
    case "cast":
      return castText(writer, e.input.dtype, e.dtype, value(writer, e.input));
    case "guard": {
      const bounds = boundsText(writer, e.bounds);
      if (writer.branchless && e.value.kind === "load" && isOfAxes(e.value.index) && e.otherwise.kind === "constant")
        return writer.name("v", `select(${value(writer, e.otherwise)}, ${value(writer, e.value)}, ${bounds})`);
      const name = writer.fresh("v");
      writer.line(`var ${name}: ${valueType(e.dtype)};`);
      writer.open(`if (${bounds})`);
      writer.line(`${name} = ${value(writer, e.value)};`);
      writer.otherwise();
      writer.line(`${name} = ${value(writer, e.otherwise)};`);
      writer.close();
      return name;
    }
    case "apply": {
      const inputs = e.inputs.map((input) => value(writer, input));
      if (e.op === "where") return `select(${inputs[2]}, ${inputs[1]}, ${inputs[0]})`;
      const dtype = e.inputs[0].dtype;
      const text = operationText(writer, e.op, dtype, inputs);
      if (isCompare(e.op)) return text;
      return isFloat(dtype) || dtype === "bool" || dtype === "int64" || dtype === "int32"
        ? dtype === "float16"
          ? roundText(writer, dtype, text)
          : text
        : roundText(writer, dtype, text);
    }
  }
}

/** Whether an index depends on no data. */
function isOfAxes(index: Index): boolean {
  switch (index.kind) {
    case "value":
      return false;
    case "sum":
      return isOfAxes(index.left) && isOfAxes(index.right);
    case "product":
    case "quotient":
    case "remainder":
      return isOfAxes(index.input);
    default:
      return true;
  }
}
