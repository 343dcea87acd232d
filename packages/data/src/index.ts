// Data sets

// Loading
export { type Collated, defaultCollate } from "./collate.ts";
export { DataLoader, type DataLoaderOptions } from "./data-loader.ts";
export { ConcatDataset, Dataset, type DatasetLike, Subset } from "./dataset.ts";
export { ChainDataset, IterableDataset, type Stream } from "./iterable-dataset.ts";
export { randomSplit } from "./random-split.ts";
// Samplers
export {
  BatchSampler,
  RandomSampler,
  type RandomSamplerOptions,
  Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from "./sampler.ts";
export { StackDataset, type Stacked } from "./stack-dataset.ts";
export { type Rows, TensorDataset } from "./tensor-dataset.ts";
