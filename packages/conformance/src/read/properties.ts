/** What a case is about, whatever its id: names and element types that occur in it. */
import { isDType } from "@cresset/core/backend";
import { isObject, type Json } from "./json.ts";
import type { Area, Case } from "./manifest.ts";

export interface Properties {
  /** PyTorch's names of the operations, modules, optimizers and schedulers. */
  readonly names: ReadonlySet<string>;
  /** Of the tensors that it holds, and those that it asks for. */
  readonly dtypes: ReadonlySet<string>;
}

const naming: ReadonlySet<string> = new Set(["op", "module", "optimizer", "scheduler", "fn"]);

/** Operations that ask for an element type by their name. */
const conversions: Readonly<Record<string, string>> = {
  "torch.Tensor.double": "float64",
  "torch.Tensor.half": "float16",
};

/** Of a case; `tensors` are those of its area. */
export function propertiesOf(one: Case, tensors: Area["tensors"]): Properties {
  const names = new Set<string>();
  const dtypes = new Set<string>();
  const walk = (value: Json, key: string): void => {
    if (typeof value === "string") {
      if (naming.has(key)) names.add(value);
      const stored = tensors.get(value)?.dtype;
      if (stored !== undefined) dtypes.add(stored);
      if (isDType(value)) dtypes.add(value);
      if (Object.hasOwn(conversions, value)) dtypes.add(conversions[value]);
    } else if (Array.isArray(value)) for (const item of value) walk(item, key);
    else if (isObject(value))
      for (const [inner, item] of Object.entries(value)) {
        // Tables of results by the operand's type.
        if (isDType(inner)) dtypes.add(inner);
        walk(item, inner);
      }
  };
  walk(one as unknown as Json, "");
  return { names, dtypes };
}
