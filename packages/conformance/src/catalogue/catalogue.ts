import { catalogue as core, type OperationRecord } from "@cresset/core/catalogue";
import { catalogue as nn } from "@cresset/nn/catalogue";

/** Every operation of the library. */
export const catalogue: readonly OperationRecord[] = [...core, ...nn];
