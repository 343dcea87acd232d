/** A network with all that is done to a table before it, as one program: what other engines run. */
import {
  all,
  cat,
  div,
  eq,
  fromHost,
  indexSelect,
  isfinite,
  isnan,
  logicalOr,
  sigmoid,
  squeeze,
  stack,
  sub,
  type Tensor,
  where,
} from "@cresset/core/functions";
import { type AnyModule, Sequential } from "@cresset/nn";
import type { Preparation } from "../preparation.ts";
import type { LossName } from "../training/options.ts";

/**
 * From the columns of a table, float64 [rows] each, to the probabilities of 1, float32 [rows]. It computes what `prepare` and
 * `predict` do, to the bit before the network. A row that `prepare` would refuse (a value is missing that was never missing in
 * training, or is beyond float32) has the probability NaN, whatever the network would make of it.
 */
export class TableNetwork extends Sequential<Tensor[], Tensor> {
  static override readonly typeName: string = "TableNetwork";
  readonly #preparation: Preparation;
  readonly #loss: LossName;

  constructor(layers: Iterable<AnyModule>, preparation: Preparation, loss: LossName) {
    super(...layers);
    this.#preparation = preparation;
    this.#loss = loss;
  }

  override forward(...given: Tensor[]): Tensor {
    const { columns } = this.#preparation;
    const [{ device }] = given;
    const numbers = (values: readonly number[]): Tensor =>
      fromHost(Float64Array.from(values), [values.length], "float64", device);
    const cells = given.map((column, i) => withoutSentinels(column, columns[i].sentinels));
    const table = stack(cells, 1);
    const missing = isnan(table);
    const fills = columns.map(({ fill }) => fill ?? Number.NaN);
    const filled = fills.every(Number.isNaN) ? table : where(missing, numbers(fills), table);
    const means = numbers(columns.map(({ mean }) => mean));
    const stds = numbers(columns.map(({ std }) => std));
    const scaled = div(sub(filled, means), stds).to("float32");
    const indicated = columns.flatMap(({ indicator }, i) => (indicator ? [BigInt(i)] : []));
    const at = fromHost(BigInt64Array.from(indicated), [indicated.length], "int64", device);
    const inputs = indicated.length === 0 ? scaled : cat([scaled, indexSelect(missing, 1, at).to("float32")], 1);
    const outputs = squeeze(super.forward(inputs), 1);
    const probabilities = this.#loss === "BCELoss" ? outputs : sigmoid(outputs);
    return where(all(isfinite(scaled), 1), probabilities, Number.NaN);
  }
}

function withoutSentinels(column: Tensor, sentinels: readonly number[]): Tensor {
  if (sentinels.length === 0) return column;
  const found = sentinels.map((sentinel) => eq(column, sentinel)).reduce((a, b) => logicalOr(a, b));
  return where(found, Number.NaN, column);
}
