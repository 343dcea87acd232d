/**
 * What may be downloaded: minified by esbuild, compressed by gzip, with everything that is imported. Run by `npm run size`.
 * A limit is a little above what it measures; raise it on purpose, in the commit that needs it.
 */
const packages = {
  core: "145.2 kB",
  "backend-cpu": "9.9 kB",
  "backend-wasm": "61.3 kB",
  "backend-webgpu": "45.5 kB",
  nn: "70.5 kB",
  optim: "15.8 kB",
  data: "5.1 kB",
  distributions: "30.7 kB",
  // Of these, fflate, which deflates, takes 3 kB.
  io: "39.2 kB",
  // Of these, Papa Parse takes 7 kB; 1.2 kB are loaded when a graph is asked for.
  tabular: "23.2 kB",
};

/** Modules, as browsers load them. */
const asModules = (config) => ({ ...config, format: "esm", target: "es2022" });

export default [
  // The first user's program, with named imports.
  { name: "the binary classifier on wasm", path: "bench/src/programs/cresset-wasm.ts", limit: "80 kB" },
  {
    name: "Linear, BCELoss and Adam alone",
    path: ["packages/nn/dist/index.js", "packages/optim/dist/index.js"],
    import: {
      "packages/nn/dist/index.js": "{ Linear, BCELoss }",
      "packages/optim/dist/index.js": "{ Adam }",
    },
    limit: "44.2 kB",
  },
  { name: "cresset, all of it", path: "packages/cresset/dist/index.js", limit: "372.2 kB" },
  ...Object.entries(packages).map(([name, limit]) => ({
    name: `@cresset/${name} without what it depends on`,
    path: `packages/${name}/dist/index.js`,
    ignore: ["@cresset/*"],
    limit,
  })),
  // Of the others, divergences alone bring most along.
  {
    name: "Normal without what its package depends on",
    path: "packages/distributions/dist/index.js",
    import: "{ Normal }",
    ignore: ["@cresset/*"],
    limit: "7.6 kB",
  },
  // Of this, protocol buffers take 3.6 kB.
  {
    name: "@cresset/io/onnx without what it depends on",
    path: "packages/io/dist/onnx.js",
    ignore: ["@cresset/*"],
    limit: "46.5 kB",
  },
].map((check) => ({ ...check, gzip: true, modifyEsbuildConfig: asModules }));
