/** What tensors that are no weights are called in a file. */
export const optimizerPrefix = "optimizer.";
export const generatorName = "generator";
