import { packageBuild } from "../../build/package.ts";

// The page is for browsers, the command is not.
export default packageBuild(
  {
    index: "src/index.ts",
    command: "src/command.ts",
    page: "src/page.ts",
    kernels: "src/kernels/index.ts",
  },
  "by use",
);
