/** `torch.utils`: as in PyTorch, `torch.utils.data` is there too. */
import { utils } from "@cresset/core";

export const checkpoint = utils.checkpoint;
export * as data from "@cresset/data";
