import { packageBuild } from "../../build/package.ts";

// Tables need libraries that nothing else here does.
export default packageBuild(
  { index: "src/index.ts", arrow: "src/arrow/index.ts", parquet: "src/parquet/index.ts" },
  "by use",
);
