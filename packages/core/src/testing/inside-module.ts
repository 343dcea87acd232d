import { enterModule, leaveModule } from "../runtime/mode.ts";

/** Runs `fn` as if it were the forward of a module of that name. */
export function insideModule<T>(name: string, fn: () => T): T {
  const outside = enterModule(name);
  try {
    return fn();
  } finally {
    leaveModule(outside);
  }
}
