import type { Node, Value } from "../graph/node.ts";
import { isPendingWrite } from "./outputs.ts";

/** A view of one of so many operands is computed like the others: which of them are views would be structure, too. */
const manyOperands = 8;

/** Pending nodes that only prepare data: no gradient goes through them, and no state is read. */
export function preparing(order: readonly Node[]): Set<Node> {
  const others = new Set<Node | null>();
  const found = new Set<Node>();
  for (const node of order) {
    const plain = ({ slot, storage, node: from }: Value): boolean =>
      slot === null ? !others.has(from) : storage?.persistent !== true;
    if (node.recording === null && node.inputs.every(plain)) found.add(node);
    else others.add(node);
  }
  return found;
}

/**
 * The values of a program that can be computed one after the other before it, operands first: what is then left is the roots
 * and new versions of storages, with all that is made from those. Views are left to what reads them.
 *
 * @param among the nodes to compute; default all.
 */
export function* piecesOf(
  order: readonly Node[],
  roots: readonly Value[],
  among?: ReadonlySet<Node>,
): Generator<Value[]> {
  const left = new Set<Node | null>(roots.map((root) => root.node));
  const read = new Set<Value>();
  const apart = new Set<Value>();
  for (const { inputs } of order)
    for (const input of inputs) {
      read.add(input);
      if (inputs.length > manyOperands) apart.add(input);
    }
  for (const node of order) {
    const { inputs, outputs } = node;
    if (outputs.some(isPendingWrite) || inputs.some((input) => input.slot === null && left.has(input.node)))
      left.add(node);
    if (left.has(node) || among?.has(node) === false) continue;
    const free = inputs.length === 0 || node.template.operation.options.view !== undefined;
    const needed = outputs.filter((value) => value.slot === null && read.has(value) && (!free || apart.has(value)));
    if (needed.length > 0) yield needed;
  }
}
