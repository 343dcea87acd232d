// Bundles a module with Vite as it comes: vite.mjs PROJECT ENTRY FOLDER. Copied into a project that has Vite.
import { build, createLogger } from "vite";

const [project, entry, folder] = process.argv.slice(2);
const logger = createLogger("warn");
// What a user would be warned of is a defect.
logger.warn = logger.warnOnce = (message) => {
  throw new Error(message);
};
await build({
  root: project,
  configFile: false,
  customLogger: logger,
  build: {
    outDir: folder,
    emptyOutDir: true,
    // Vite's helper for preloading refers to the document; these bundles run in Node too.
    modulePreload: false,
    rolldownOptions: { input: entry, output: { entryFileNames: "bundle.js" } },
  },
});
