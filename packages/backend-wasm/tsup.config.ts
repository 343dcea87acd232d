import { packageBuild } from "../../build/package.ts";

// The lean entry does not load what it leaves out.
export default packageBuild({ index: "src/index.ts", lean: "src/lean.ts" }, "by use");
