// Modules and their state

// Containers
export { ModuleDict } from "./containers/module-dict.ts";
export { ModuleList } from "./containers/module-list.ts";
export { ParameterDict } from "./containers/parameter-dict.ts";
export { ParameterList } from "./containers/parameter-list.ts";
export { Sequential } from "./containers/sequential.ts";
export { deepCopy } from "./deep-copy.ts";
// Functions
export * as functional from "./functional/index.ts";
export type {
  ForwardHook,
  ForwardPreHook,
  FullBackwardHook,
  Gradients,
  LoadStateDictPostHook,
  LoadStateDictPreHook,
  RemovableHandle,
  StateDictPostHook,
  StateDictPreHook,
} from "./hooks.ts";
export * as init from "./init.ts";
// Layers
export * from "./layers/activation.ts";
export * from "./layers/activation-rows.ts";
export { AdaptiveLogSoftmaxWithLoss, type AdaptiveOptions, type AdaptiveOutput } from "./layers/adaptive-softmax.ts";
export {
  type AttentionCallOptions,
  MultiheadAttention,
  type MultiheadAttentionOptions,
} from "./layers/attention.ts";
export { Conv1d, Conv2d, Conv3d, type ConvLayerOptions, type ConvPaddingMode } from "./layers/conv.ts";
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeLayerOptions,
} from "./layers/conv-transpose.ts";
// Losses
export { CTCLoss } from "./layers/ctc-loss.ts";
export { CosineSimilarity, PairwiseDistance } from "./layers/distance.ts";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d } from "./layers/dropout.ts";
export * from "./layers/embedding.ts";
export { Flatten, Unflatten } from "./layers/flatten.ts";
export { Fold, Unfold } from "./layers/fold.ts";
export * from "./layers/lazy.ts";
export { Bilinear, Identity, Linear, type LinearOptions } from "./layers/linear.ts";
export * from "./layers/loss.ts";
export * from "./layers/margin-loss.ts";
export {
  CrossMapLRN2d,
  GroupNorm,
  type GroupNormOptions,
  LayerNorm,
  type LayerNormOptions,
  LocalResponseNorm,
  RMSNorm,
  type RMSNormOptions,
} from "./layers/norm.ts";
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type RunningNormOptions,
} from "./layers/norm-batch.ts";
export * from "./layers/padding.ts";
export {
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  LPPool1d,
  LPPool2d,
  LPPool3d,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
} from "./layers/pool.ts";
export * from "./layers/pool-adaptive.ts";
export { FractionalMaxPool2d, FractionalMaxPool3d } from "./layers/pool-fractional.ts";
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from "./layers/pool-unmax.ts";
export { FeatureAlphaDropout, RReLU, type RReLUOptions } from "./layers/random-activation.ts";
export { GRU, LSTM, type LSTMOptions, type RecurrentOptions, RNN, type RNNOptions } from "./layers/recurrent.ts";
export {
  GRUCell,
  LSTMCell,
  type RecurrentCellOptions,
  RNNCell,
  type RNNCellOptions,
} from "./layers/recurrent-cells.ts";
export {
  ChannelShuffle,
  PixelShuffle,
  PixelUnshuffle,
  Upsample,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
} from "./layers/resize.ts";
export {
  type EncoderMasks,
  Transformer,
  TransformerDecoder,
  TransformerEncoder,
  type TransformerMasks,
  type TransformerOptions,
} from "./layers/transformer.ts";
export {
  type DecoderLayerMasks,
  type EncoderLayerMasks,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./layers/transformer-layers.ts";
export { TripletMarginWithDistanceLoss } from "./layers/triplet-distance-loss.ts";
export { type AnyModule, Module, type RecurseOptions } from "./module.ts";
export { Buffer, Parameter } from "./parameter.ts";
export type { IncompatibleKeys, StateDict } from "./state-dict.ts";
export * as utils from "./utils/index.ts";
