import { packageBuild } from "../../tsup.base.ts";

export default packageBuild({
  index: "src/index.ts",
  "backend/index": "src/backend/index.ts",
  "extend/index": "src/extend/index.ts",
});
