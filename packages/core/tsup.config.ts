import { packageBuild } from "../../build/package.ts";

export default packageBuild({
  index: "src/index.ts",
  backend: "src/backend/index.ts",
  extend: "src/extend/index.ts",
  functions: "src/functions.ts",
  terms: "src/extend/terms.ts",
});
