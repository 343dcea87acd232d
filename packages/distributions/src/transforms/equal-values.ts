import { all, eq, noGrad, Tensor } from "@cresset/core/functions";
import type { Parameter } from "../arguments.ts";

/** Whether two parameters are equal everywhere. @throws DeviceError where values have to be read on a device that reads asynchronously. */
export function equalValues(a: Parameter, b: Parameter): boolean {
  if (a === b) return true;
  if (!(a instanceof Tensor) && !(b instanceof Tensor)) return Number(plain(a)) === Number(plain(b));
  return noGrad(() => all(eq(a, b)).itemSync()) as unknown as boolean;
}

const plain = (value: Exclude<Parameter, Tensor>): number | bigint | boolean =>
  typeof value === "object" ? value.value : value;
