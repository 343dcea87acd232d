import type { Tensor } from "@cresset/core";
import { functionAt, lookUp } from "../api/library.ts";
import { operationAt } from "../api/operation.ts";
import { describeError } from "../compare/error.ts";
import { flatten, isTensor } from "../compare/results.ts";
import { show } from "../compare/show.ts";
import type { Case } from "../read/manifest.ts";
import { WholeFloat } from "../read/values.ts";
import type { Kind } from "./kind.ts";

interface Operand {
  readonly kind: "tensor" | "0d" | "scalar";
  readonly dtype: string;
}

interface PromotionCase extends Case {
  readonly left: Operand;
  readonly right: Operand;
  /** Operation → dtype of its result, or "error". */
  readonly result: Readonly<Record<string, string>>;
}

interface UnaryPromotionCase extends Case {
  readonly op: string;
  /** dtype of the input → dtype of the result, or "error". */
  readonly result: Readonly<Record<string, string>>;
  readonly messages: Readonly<Record<string, string>>;
}

/** Dtypes of the results of binary operations. */
export const promotion: Kind = async (one) => {
  const { left, right, result } = one as PromotionCase;
  const mismatches: string[] = [];
  for (const [path, want] of Object.entries(result)) {
    const mismatch = await expectDtype(want, () => combine(path, operand(left), operand(right)));
    if (mismatch !== null) mismatches.push(`${path}: ${mismatch}`);
  }
  return mismatches;
};

/** Dtypes of the results of an operation with one input, for each dtype of the input. */
export const unaryPromotion: Kind = async (one) => {
  const { op, result, messages } = one as UnaryPromotionCase;
  const mismatches: string[] = [];
  for (const [dtype, want] of Object.entries(result)) {
    const matrix = /\.(trace|tril|triu)$/.test(op);
    const input = functionAt("ones")(matrix ? [2, 2] : [2], { dtype });
    const along = /\.(cumsum|cumprod|cummax|cummin|logcumsumexp|logsumexp|softmax|log_softmax)$/.test(op);
    const extra = along ? [0] : op.endsWith("quantile") ? [new WholeFloat(1)] : [];
    const mismatch = await expectDtype(want, () => operationAt(op)([input, ...extra], {}), messages[dtype]);
    if (mismatch !== null) mismatches.push(`${dtype}: ${mismatch}`);
  }
  return mismatches;
};

function operand({ kind, dtype }: Operand): unknown {
  if (kind !== "scalar") return functionAt("ones")(kind === "0d" ? [] : [1], { dtype });
  if (dtype === "float") return new WholeFloat(1);
  return dtype === "bool" ? true : 1;
}

function combine(path: string, left: unknown, right: unknown): unknown {
  if (path === "torch.cat") {
    const dimensioned = [left, right].map((x) => functionAt("reshape")(x, [1]));
    return operationAt(path)([dimensioned], {});
  }
  return operationAt(path)([left, right], {});
}

async function expectDtype(want: string, action: () => unknown, message?: string): Promise<string | null> {
  let result: unknown;
  try {
    result = await action();
    if (isTensor(result)) await (result as Tensor).data();
  } catch (error) {
    if (want !== "error") return `expected ${want}, got ${describeError(error)}`;
    const CressetError = lookUp("CressetError");
    const typed = typeof CressetError === "function" && error instanceof CressetError;
    if (!typed) return `expected a typed error, got ${describeError(error)}`;
    if (message === undefined || (error as Error).message.includes(message)) return null;
    return `expected the error ${show(message)}, got ${describeError(error)}`;
  }
  // Of several results, the first.
  const [first] = flatten(result, []);
  const got = isTensor(first) ? first.dtype : first;
  return got === want ? null : `expected ${want}, got ${show(got)}`;
}
