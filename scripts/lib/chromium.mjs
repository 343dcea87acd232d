// Chromium, and the software GPU driver that it ships: what the tests of webgpu run on where there is no GPU.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

const programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** SwiftShader, a Vulkan driver, where the packages of distributions and of Google put it. */
const drivers = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
];

function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = folders.flatMap((folder) => programs.map((name) => join(folder, name)));
  return [process.env.CHROMIUM_PATH, ...onPath].find((path) => path !== undefined && existsSync(path));
}

const missing = () => findChromium() === undefined || !(process.env.VK_DRIVER_FILES || drivers.some(existsSync));

/** Where no driver is named and there is no GPU, names Chromium's software driver, if it is there. */
export function useSoftwareDriver() {
  const gpus = existsSync("/dev/dri") ? readdirSync("/dev/dri").filter((name) => name.startsWith("renderD")) : [];
  const driver = drivers.find((file) => existsSync(file));
  if (process.platform !== "linux" || gpus.length > 0 || existsSync("/dev/nvidia0") || driver === undefined) return;
  process.env.VK_DRIVER_FILES ??= driver;
}

/** Installs Chromium from the distribution where it is missing and apt-get exists, and says so. `CHROMIUM_PATH` names another. */
export function ensureChromium() {
  if (!missing()) return;
  if (process.platform !== "linux" || spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status !== 0) {
    console.log(
      "There is no Chromium here: set CHROMIUM_PATH, or the tests that need a browser or its software GPU will fail.",
    );
    return;
  }
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  console.log("Installing Chromium with apt-get: tests run in it, and on the software GPU that it ships.");
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    const [program, ...rest] = [...sudo, "apt-get", ...args];
    const { status, stderr } = spawnSync(program, rest, {
      encoding: "utf8",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (status !== 0) {
      console.log(`apt-get ${args[0]} failed: ${stderr}`);
      return;
    }
  }
}
