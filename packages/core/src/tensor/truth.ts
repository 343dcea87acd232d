import { ValueError } from "../errors.ts";
import { data, dataSync } from "./reading.ts";
import type { Tensor } from "./tensor.ts";

function requireOne(input: Tensor): void {
  const numel = input.numel();
  if (numel === 1) return;
  throw new ValueError(
    `Boolean value of Tensor with ${numel === 0 ? "no values" : "more than one value"} is ambiguous`,
  );
}

/** float16 bits without the sign: -0 is zero. */
const isTrue = (value: number | bigint, input: Tensor): boolean =>
  input.dtype === "float16" ? (Number(value) & 0x7fff) !== 0 : Number(value) !== 0;

/** Whether a tensor's only element is not zero: Python's `bool(x)`. @throws ValueError unless it has one element. */
export async function isNonzero(input: Tensor): Promise<boolean> {
  requireOne(input);
  return isTrue((await data(input))[0], input);
}

/** `isNonzero` at once. @throws DeviceError on devices that read asynchronously. */
export function isNonzeroSync(input: Tensor): boolean {
  requireOne(input);
  return isTrue(dataSync(input)[0], input);
}
