// Bundles a module with webpack as it comes: webpack.mjs PROJECT ENTRY FOLDER. Copied into a project that has webpack.
import webpack from "webpack";

const [project, entry, folder] = process.argv.slice(2);
const compiler = webpack({
  mode: "production",
  context: project,
  entry: `./${entry}`,
  output: { path: folder, filename: "bundle.js" },
  // The bundle is to run in Node too, where what a page loads on demand would not be found.
  module: { parser: { javascript: { dynamicImportMode: "eager" } } },
  // Sizes are the business of size-limit.
  performance: false,
});
const stats = await new Promise((resolve, reject) => {
  compiler.run((error, result) => (error ? reject(error) : resolve(result)));
});
// What a user would be warned of is a defect.
if (stats.hasErrors() || stats.hasWarnings())
  throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
