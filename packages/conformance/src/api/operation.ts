import type { Tensor } from "@cresset/core";
import { arrange, parseSignature, type Signature } from "./arguments.ts";
import { type AnyFunction, camelCase, functionAt, methodOf, NoSuchOperation } from "./library.ts";
import { signatures } from "./signatures.ts";
import { functionalSignatures } from "./signatures-functional.ts";
import { specialOperations } from "./special.ts";

/** Keyword arguments by PyTorch's names. */
export type Keywords = Readonly<Record<string, unknown>>;

/** An operation of the library, called with PyTorch's arguments. */
export type Operation = (positional: readonly unknown[], keywords: Keywords) => unknown;

const properties = new Set(["T", "mT"]);

/**
 * The operation at one of PyTorch's paths: "torch.sum", "torch.Tensor.add_", "torch.nn.functional.relu".
 *
 * @throws NoSuchOperation when it is called and the library does not have it.
 */
export function operationAt(path: string): Operation {
  const special = specialOperations[path];
  if (special !== undefined) return special;
  const inner = path.replace(/^torch\./, "");
  const forms = formsOf(inner);
  const name = inner.slice(inner.lastIndexOf(".") + 1);
  if (inner.startsWith("Tensor.")) {
    if (properties.has(name)) return ([self]) => property(self, name, path);
    return (positional, keywords) => {
      const [self, ...rest] = arrange(name, forms, positional, keywords);
      return methodNamed(self, camelCase(name), path)(...rest);
    };
  }
  const place = inner.split(".").map(camelCase).join(".");
  return (positional, keywords) => named(path, place)(...arrange(name, forms, positional, keywords));
}

function named(path: string, place: string): AnyFunction {
  try {
    return functionAt(place);
  } catch (error) {
    throw error instanceof NoSuchOperation ? new NoSuchOperation(path) : error;
  }
}

function methodNamed(self: unknown, name: string, path: string): AnyFunction {
  return methodOf(self, name, path);
}

function property(self: unknown, name: string, path: string): unknown {
  const value = (self as Record<string, unknown>)[name];
  if (value === undefined) throw new NoSuchOperation(path);
  return value as Tensor;
}

const parsed = new Map<string, readonly Signature[]>();

function formsOf(inner: string): readonly Signature[] {
  let forms = parsed.get(inner);
  if (forms === undefined) {
    const texts = textsOf(inner);
    forms = (typeof texts === "string" ? [texts] : (texts ?? [])).map(parseSignature);
    parsed.set(inner, forms);
  }
  return forms;
}

function textsOf(inner: string): string | readonly string[] | undefined {
  if (inner.startsWith("nn.functional.")) return functionalSignatures[inner.slice("nn.functional.".length)];
  if (inner.startsWith("Tensor."))
    return signatures[inner] ?? signatures[inner.slice("Tensor.".length).replace(/_$/, "")];
  return signatures[inner];
}
