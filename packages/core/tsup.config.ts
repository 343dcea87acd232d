import { packageBuild } from "../../build/package.ts";

export default packageBuild(
  {
    // First, for the order of the code: what programs use together lies together, and compresses better.
    functions: "src/functions.ts",
    index: "src/index.ts",
    backend: "src/backend/index.ts",
    extend: "src/extend/index.ts",
    terms: "src/extend/terms.ts",
  },
  "one",
  { catalogue: "src/ops/catalogue/index.ts" },
);
