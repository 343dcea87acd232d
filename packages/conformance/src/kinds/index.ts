import { call } from "./call.ts";
import { e2e, e2eError } from "./e2e.ts";
import { init, initValues, moduleInit } from "./init.ts";
import type { Kind } from "./kind.ts";
import { loadStateDictError, module } from "./module.ts";
import { clipGradNorm, clipGradValue, optimConstructorError, optimGrads } from "./optim.ts";
import { optimTrain } from "./optim-train.ts";
import { program } from "./program.ts";
import { promotion, unaryPromotion } from "./promotion.ts";
import { dataloader, dropoutStatistics, mt19937Raw, randomSplit } from "./random.ts";
import { repr } from "./repr.ts";
import { scheduler } from "./scheduler.ts";

/** How each kind of case is run. */
export const kinds: Readonly<Record<string, Kind | undefined>> = {
  call,
  clip_grad_norm_: clipGradNorm,
  clip_grad_value_: clipGradValue,
  dataloader,
  dropout_stats: dropoutStatistics,
  e2e,
  e2e_error: e2eError,
  init,
  init_values: initValues,
  load_state_dict_error: loadStateDictError,
  module,
  module_init: moduleInit,
  mt19937_raw: mt19937Raw,
  optim_ctor_error: optimConstructorError,
  optim_grads: optimGrads,
  optim_train: optimTrain,
  program,
  promotion,
  promotion_unary: unaryPromotion,
  random_split: randomSplit,
  repr,
  scheduler,
};
