import { packageBuild } from "../../tsup.base.ts";

export default packageBuild({
  index: "src/index.ts",
  command: "src/command.ts",
  page: "src/page.ts",
  "kernels/build": "src/kernels/build.ts",
});
