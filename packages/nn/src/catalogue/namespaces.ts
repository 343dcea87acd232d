export * as functional from "../functional/index.ts";
export * as init from "../init.ts";
