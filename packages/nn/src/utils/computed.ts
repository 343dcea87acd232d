import type { AnyModule } from "../module.ts";

/** Whether a field of a module is computed of others wherever it is read, as these utilities make it. */
export const isComputed = (module: AnyModule, name: string): boolean =>
  Object.getOwnPropertyDescriptor(module, name)?.get !== undefined;
