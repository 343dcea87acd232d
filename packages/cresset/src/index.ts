/**
 * PyTorch for TypeScript in one import: `import * as torch from "cresset"`. The cpu backend is registered and is the
 * default device.
 */
import { cpu } from "@cresset/backend-cpu";
import { registerBackendSync } from "@cresset/core";

registerBackendSync(cpu());

// Tensors, operations, differentiation, devices
export * from "@cresset/core";

// Modules, optimizers, data
export * as data from "@cresset/data";
export * as nn from "@cresset/nn";
export * as optim from "@cresset/optim";
