/** How many vectors of a loop are computed at once, instruction by instruction in turn. */
import type { Expression, ScalarOp, Statement } from "@cresset/core/backend";

/** Functions that are long chains of instructions, about so many. */
const chains: Partial<Readonly<Record<ScalarOp, number>>> = {
  exp: 25,
  expm1: 25,
  log: 35,
  log1p: 45,
  tanh: 40,
  erf: 45,
  sin: 50,
  cos: 50,
  exp2: 50,
  log2: 50,
  log10: 50,
  pow: 90,
};
/** Longer bodies have enough to do, and too many values in use. */
const longest = 110;
const overlapOfChains = 4;
/** Bodies without such chains: there counting and addressing would cost as much as the rest. */
const longestPlain = 40;
const overlapOfPlain = 2;

interface Cost {
  instructions: number;
  chains: number;
}

function add(cost: Cost, e: Expression): void {
  switch (e.kind) {
    case "apply":
      cost.instructions += chains[e.op] ?? 1;
      if (chains[e.op] !== undefined) cost.chains++;
      for (const input of e.inputs) add(cost, input);
      break;
    case "cast":
      cost.instructions++;
      add(cost, e.input);
      break;
    case "guard":
      // Branches keep the instructions of different points apart.
      cost.instructions += longest;
      break;
    default:
      cost.instructions++;
  }
}

/** 1, or more where that hides the waiting, or halves what the loop itself costs. */
export function overlapOf(body: readonly Statement[], others: readonly Expression[] = []): number {
  const cost: Cost = { instructions: 0, chains: 0 };
  for (const statement of body) {
    if (statement.kind === "inner") return 1;
    add(cost, statement.kind === "check" ? statement.condition : statement.value);
  }
  for (const e of others) add(cost, e);
  if (cost.chains > 0) return cost.instructions <= longest ? overlapOfChains : 1;
  return cost.instructions <= longestPlain ? overlapOfPlain : 1;
}
