import { packageBuild } from "../../build/package.ts";

export default packageBuild({ index: "src/index.ts", functional: "src/functional/index.ts" }, "one", {
  catalogue: "src/catalogue/index.ts",
});
