/** `torch.distributions.constraints`. The package itself imports `values.ts`: what a namespace holds is ordered after the rest. */
export * from "./values.ts";
