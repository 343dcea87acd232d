import { packageBuild } from "../../build/package.ts";

export default packageBuild({ index: "src/index.ts" });
