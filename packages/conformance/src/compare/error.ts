import { library, NoSuchOperation } from "../api/library.ts";
import type { ExpectedError } from "../read/manifest.ts";
import { show } from "./show.ts";

/** A refusal that only this version of PyTorch makes, for want of a kernel: its text need not be the same. */
const missingKernel = /^"\w+" not implemented for '\w+'$/;

/**
 * Checks that an action is refused with the recorded text.
 *
 * @param action does everything, including reading the results: some values are only checked when they are computed.
 * @returns null if it was refused as expected, else what happened instead.
 */
export async function expectError(expected: ExpectedError, action: () => Promise<unknown>): Promise<string | null> {
  try {
    await action();
  } catch (error) {
    return compareError(error, expected);
  }
  return `expected the error ${show(expected.contains)}, got no error`;
}

export function compareError(error: unknown, expected: ExpectedError): string | null {
  if (error instanceof NoSuchOperation) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes(expected.contains)) return null;
  if (missingKernel.test(expected.message) && isTyped(error)) return null;
  return `expected the error ${show(expected.contains)}, got ${describeError(error)}`;
}

function isTyped(error: unknown): boolean {
  const { CressetError } = library;
  return typeof CressetError === "function" && error instanceof CressetError;
}

/** An error in one line: its class and the first line of its text. */
export function describeError(error: unknown): string {
  if (error instanceof NoSuchOperation) return error.message;
  if (!(error instanceof Error)) return show(error);
  const line = error.message.split("\n").slice(0, 2).join(" ");
  return `${error.name}: ${line.length > 300 ? `${line.slice(0, 300)}…` : line}`;
}
