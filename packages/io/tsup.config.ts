import { packageBuild } from "../../build/package.ts";

// Each entry loads what it uses: tables and ONNX need libraries that nothing else here does, and a page may load PyTorch's format when
// it is asked for.
export default packageBuild(
  {
    index: "src/index.ts",
    pytorch: "src/pytorch/index.ts",
    arrow: "src/arrow/index.ts",
    parquet: "src/parquet/index.ts",
    onnx: "src/onnx/index.ts",
  },
  "by use",
);
