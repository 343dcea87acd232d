/** Files of PyTorch's `torch.save`. */
export { type LoadOptions, load } from "./load.ts";
export { save } from "./save.ts";
