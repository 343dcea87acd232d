/** `torch.random`: the default generator's state and seed. */
export { getRngState, initialSeed, manualSeed, seed, setRngState } from "./default-generator.ts";
export { forkRng } from "./fork.ts";
