import { noGrad, Tensor, ValueError } from "@cresset/core/functions";
import { type AnyModule, BatchNorm1d, BatchNorm2d, BatchNorm3d } from "@cresset/nn";

/** What a data loader gives: tensors, or lists that begin with one. */
export type Batches =
  | Iterable<Tensor | readonly [Tensor, ...unknown[]] | readonly unknown[]>
  | AsyncIterable<Tensor | readonly [Tensor, ...unknown[]] | readonly unknown[]>;

/**
 * Forms the running statistics of a model's batch norms anew, as means over all batches of a loader: those of averaged weights are
 * not averages of statistics. Without batch norms nothing is computed.
 *
 * @param loader gives the model's input, or lists whose first element it is.
 * @param device where batches are moved first; default: nowhere.
 * @example await optim.swaUtils.updateBn(loader, averaged);
 */
export async function updateBn(loader: Batches, model: AnyModule, device?: string | null): Promise<void> {
  const norms = model
    .modules()
    .filter(
      (module) => module instanceof BatchNorm1d || module instanceof BatchNorm2d || module instanceof BatchNorm3d,
    ) as unknown as { momentum: number | null; resetRunningStats(): void }[];
  if (norms.length === 0) return;
  const momenta = norms.map(({ momentum }) => momentum);
  const wasTraining = model.training;
  model.train();
  for (const norm of norms) {
    norm.resetRunningStats();
    // Without a momentum, statistics are means over all batches.
    norm.momentum = null;
  }
  try {
    for await (const batch of loader) {
      const input: unknown = Array.isArray(batch) ? batch[0] : batch;
      if (!(input instanceof Tensor))
        throw new ValueError("updateBn: the loader must give tensors, or lists whose first element is a tensor");
      const placed = device === undefined || device === null ? input : await input.to(device);
      noGrad(() => (model as unknown as (input: Tensor) => unknown)(placed));
    }
  } finally {
    for (const [i, norm] of norms.entries()) norm.momentum = momenta[i];
    model.train(wasTraining);
  }
}
