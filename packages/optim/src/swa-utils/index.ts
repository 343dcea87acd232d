/** `torch.optim.swa_utils`. */
export { AveragedModel, type AveragedModelOptions } from "./averaged-model.ts";
export {
  type AverageFn,
  getEmaAvgFn,
  getEmaMultiAvgFn,
  getSwaAvgFn,
  getSwaMultiAvgFn,
  type MultiAverageFn,
} from "./averages.ts";
export { SWALR, type SWALROptions } from "./swa-lr.ts";
export { type Batches, updateBn } from "./update-bn.ts";
