import { type Form, type OperationRecord, type Place, parseForm } from "@cresset/core/catalogue";
import { catalogue } from "../catalogue/catalogue.ts";
import { arrange, type Keywords } from "./arguments.ts";
import { type AnyFunction, camelCase, functionAt, methodOf, type Namespace, NoSuchOperation } from "./library.ts";
import { pythonOperations } from "./python.ts";

/** An operation of the library, called with PyTorch's arguments. */
export type Operation = (positional: readonly unknown[], keywords: Keywords) => unknown;

/** Where PyTorch has what is at a place here. */
export const spaces: Readonly<Record<Place, string>> = {
  torch: "torch",
  method: "torch.Tensor",
  inplace: "torch.Tensor",
  property: "torch.Tensor",
  functional: "torch.nn.functional",
  special: "torch.special",
  linalg: "torch.linalg",
  masked: "torch.masked",
  fft: "torch.fft",
  init: "torch.nn.init",
};

/** A path with the name in camelCase. */
export const inCamelCase = (path: string): string => {
  const name = path.lastIndexOf(".") + 1;
  return path.slice(0, name) + camelCase(path.slice(name));
};

/** PyTorch's path, the name in camelCase. */
const nameAt = (record: OperationRecord, place: Place): string =>
  `${spaces[place]}.${place === "inplace" ? `${record.name}_` : record.name}`;

/** PyTorch's paths of an operation, the names in camelCase. */
export const pathsOf = (record: OperationRecord): string[] => record.on.map((place) => nameAt(record, place));

interface Placed {
  readonly record: OperationRecord;
  readonly place: Place;
  /** The name there. */
  readonly name: string;
}

/** Places of records by PyTorch's path, the name in camelCase. */
const places = new Map<string, Placed>(
  catalogue.flatMap((record) =>
    record.on.map((place) => {
      const name = place === "inplace" ? `${record.name}_` : record.name;
      return [nameAt(record, place), { record, place, name }] as const;
    }),
  ),
);

const parsed = new Map<OperationRecord, readonly Form[]>();

function formsOf(record: OperationRecord): readonly Form[] {
  let forms = parsed.get(record);
  if (forms === undefined) {
    forms = [record.forms].flat().map(parseForm);
    parsed.set(record, forms);
  }
  return forms;
}

/**
 * The operation at one of PyTorch's paths, by its record: "torch.sum", "torch.Tensor.add_", "torch.nn.functional.relu".
 *
 * @throws NoSuchOperation when it is called and there is none.
 */
export function operationAt(path: string): Operation {
  const python = pythonOperations[path];
  if (python !== undefined) return (positional, keywords) => python(operationAt, positional, keywords);
  const found = places.get(inCamelCase(path));
  return (positional, keywords) => {
    if (found === undefined) throw new NoSuchOperation(path);
    const { record, place, name } = found;
    const args = arrange(path, formsOf(record), positional, keywords);
    if (place === "property") return propertyOf(args[0], name, path);
    if (place === "method" || place === "inplace") return methodOf(args[0], name, path)(...args.slice(1));
    return exported(path, place, name)(...args);
  };
}

/** What users find there: the record alone would not show that it is exported. */
function exported(path: string, place: Place, name: string): AnyFunction {
  try {
    return functionAt(`${spaces[place]}.${name}`.replace(/^torch\./, ""));
  } catch (error) {
    throw error instanceof NoSuchOperation ? new NoSuchOperation(path) : error;
  }
}

function propertyOf(self: unknown, name: string, path: string): unknown {
  const value = (self as Namespace)[name];
  if (value === undefined) throw new NoSuchOperation(path);
  return value;
}
