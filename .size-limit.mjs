/**
 * What may be downloaded: minified by esbuild, compressed by gzip, with everything that is imported. Run by `npm run size`.
 * A limit is a little above what it measures; raise it on purpose, in the commit that needs it.
 */
const packages = {
  core: "126.4 kB",
  "backend-cpu": "11 kB",
  "backend-wasm": "49.9 kB",
  "backend-webgpu": "43 kB",
  nn: "66.5 kB",
  optim: "15.4 kB",
  data: "4.6 kB",
  // Of these, fflate takes 4 kB.
  io: "30.6 kB",
  // Of these, Papa Parse takes 7 kB; 1.2 kB are loaded when a graph is asked for.
  tabular: "23.1 kB",
};

/** Modules, as browsers load them. */
const asModules = (config) => ({ ...config, format: "esm", target: "es2022" });

export default [
  // The first user's program, with named imports.
  { name: "the binary classifier on wasm", path: "bench/src/programs/cresset-wasm.ts", limit: "79.4 kB" },
  {
    name: "Linear, BCELoss and Adam alone",
    path: ["packages/nn/dist/index.js", "packages/optim/dist/index.js"],
    import: {
      "packages/nn/dist/index.js": "{ Linear, BCELoss }",
      "packages/optim/dist/index.js": "{ Adam }",
    },
    limit: "43.2 kB",
  },
  { name: "cresset, all of it", path: "packages/cresset/dist/index.js", limit: "298.2 kB" },
  ...Object.entries(packages).map(([name, limit]) => ({
    name: `@cresset/${name} without what it depends on`,
    path: `packages/${name}/dist/index.js`,
    ignore: ["@cresset/*"],
    limit,
  })),
  // Of this, protocol buffers take 3.6 kB.
  {
    name: "@cresset/io/onnx without what it depends on",
    path: "packages/io/dist/onnx.js",
    ignore: ["@cresset/*"],
    limit: "45.1 kB",
  },
].map((check) => ({ ...check, gzip: true, modifyEsbuildConfig: asModules }));
