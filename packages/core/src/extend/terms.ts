/** The vocabulary that operations are written in: `import * as m from "@cresset/core/terms"`. */
export * from "../graph/math.ts";
