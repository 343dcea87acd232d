/** Operators on arrays of the host: what graphs compute of shapes. */
import { elementwiseOnHost } from "./elementwise.ts";
import { movementOnHost } from "./movement.ts";
import type { HostOperators } from "./operator.ts";
import { reductionOnHost } from "./reduction.ts";

export const hostOperators: HostOperators = { ...elementwiseOnHost, ...movementOnHost, ...reductionOnHost };
