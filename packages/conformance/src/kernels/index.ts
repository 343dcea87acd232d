/** For the authors of backends: programs by hand, and kernels with what they must give. */
export * from "./build.ts";
export { type Expected, f16, f32, failureOf, i32, i64, isFor, type KernelCase } from "./case.ts";
export { kernelCases } from "./cases/index.ts";
