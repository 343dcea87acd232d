// Data sets

// Loading
export { type Collated, defaultCollate } from "./collate.ts";
export { DataLoader, type DataLoaderOptions } from "./data-loader.ts";
export { ConcatDataset, type Dataset, type DatasetLike, Subset } from "./dataset.ts";
export { randomSplit } from "./random-split.ts";
// Samplers
export {
  BatchSampler,
  RandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from "./sampler.ts";
export { type Rows, TensorDataset } from "./tensor-dataset.ts";
