/** The page, driven in headless Chromium. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpu } from "@cresset/backend-cpu";
import { registerBackend, type Tensor } from "@cresset/core/functions";
import { load as loadPyTorch, safetensors } from "@cresset/io";
import type { AxeResults } from "axe-core";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { button, downloaded, load, setEpochs, train } from "./testing/actions.ts";
import { openSite, reach, type Site, standing } from "./testing/site.ts";

let site: Site;

beforeAll(async () => {
  await registerBackend(cpu());
  site = await openSite();
}, 120_000);

afterAll(() => site?.close());

/** The loss of each epoch, from a file of weights. */
function lossesIn(weights: Buffer): number[] {
  const header = weights.subarray(8, 8 + Number(weights.readBigUInt64LE())).toString();
  const { losses } = JSON.parse(JSON.parse(header).__metadata__["cresset.classifier"]) as { losses: string[] };
  return losses.map(Number);
}

test("learns, and the page shows it; pause, step and reset do what they say", async () => {
  const { page, errors } = await site.open();
  expect(await page.title()).toContain("Cresset Playground");
  await button(page, "Step").click();
  await reach(page, 1);
  expect(await standing(page, "Loss, train")).toBeCloseTo(0.71, 1);
  await train(page, 300);
  expect(await standing(page, "Loss, train")).toBeLessThan(0.3);
  expect(await standing(page, "AUC")).toBeGreaterThan(0.9);
  expect(await standing(page, "Iterations")).toBeGreaterThan(0);
  await setEpochs(page, 1_000_000);
  await button(page, "Continue").click();
  await reach(page, 301);
  await button(page, "Pause").click();
  await button(page, "Continue").waitFor();
  const paused = await standing(page, "Epoch");
  await page.waitForTimeout(200);
  expect(await standing(page, "Epoch")).toBe(paused);
  await button(page, "Reset").click();
  await button(page, "Start").waitFor();
  expect(await standing(page, "Epoch")).toBe(0);
  expect(errors).toEqual([]);
});

test("moves between the backends while it trains, and the curve goes on", { timeout: 60_000 }, async () => {
  const { page, errors } = await site.open();
  const backends = ["cpu", "webgpu", "wasm"];
  await setEpochs(page, 1_000_000);
  await button(page, "Start").click();
  await reach(page, 50);
  for (const backend of backends) {
    await page.getByText(backend, { exact: true }).first().click();
    await page.locator(`.chart svg text:text-is("${backend}")`).waitFor();
    await reach(page, (await standing(page, "Epoch")) + 10);
  }
  await button(page, "Pause").click();
  await button(page, "Continue").waitFor();
  const moved = lossesIn((await downloaded(page, "Download weights")).bytes);

  // The same epochs without a move.
  await button(page, "Reset").click();
  await train(page, moved.length);
  const stayed = lossesIn((await downloaded(page, "Download weights")).bytes);
  expect(stayed).toHaveLength(moved.length);
  for (const [i, loss] of stayed.entries()) expect(Math.abs(moved[i] - loss), `epoch ${i}`).toBeLessThan(1e-4);
  expect(errors).toEqual([]);
});

test("says why a backend is not there", async () => {
  const { page, errors } = await site.open(
    {},
    "Object.defineProperty(WorkerNavigator.prototype, 'gpu', { value: undefined })",
  );
  expect(await page.getByRole("radio", { name: "webgpu" }).isDisabled()).toBe(true);
  expect(await page.locator(".backends").textContent()).toContain("webgpu is unavailable: this browser has no WebGPU");
  expect(errors).toEqual([]);
});

const csv = [
  "id,age,rate,city,bought",
  ...Array.from({ length: 200 }, (_, i) => {
    const age = 20 + ((i * 37) % 50);
    const rate = i % 9 === 0 ? -99 : ((i * 13) % 17) / 17;
    return `${i},${i % 40 === 0 ? "" : age},${rate},${i % 2 === 0 ? "Kyiv" : "Lima"},${age + 20 * rate > 50 ? 1 : 0}`;
  }),
].join("\r\n");

test("opens a table of one's own; weights and predictions go out and come back", async () => {
  const { page, errors } = await site.open();
  await load(page, "Choose a CSV file", "people.csv", csv);
  await page.getByText("200 rows, 5 columns").waitFor();
  expect(await page.getByLabel("Label column").inputValue()).toBe("bought");
  expect(await page.getByRole("checkbox", { name: /^city/ }).isDisabled()).toBe(true);
  expect(await page.locator("#data").textContent()).toContain("−99 in rate seems to stand for “no value”.");
  await page.getByRole("checkbox", { name: /^id/ }).uncheck();
  await page.getByText("Stay numbers").click();
  await page.getByText("Count as missing").click();
  await train(page, 200);
  expect(await standing(page, "Accuracy")).toBeGreaterThan(80);

  const program = await page.getByLabel("The program in PyTorch").textContent();
  expect(program).toContain('open("people.csv"');
  expect(program).toContain("for epoch in range(200)");

  const weights = await downloaded(page, "Download weights");
  const predictions = await downloaded(page, "Download predictions");
  expect([weights.name, predictions.name]).toEqual(["people.safetensors", "people-predictions.csv"]);
  const lines = predictions.bytes.toString().trimEnd().split("\n");
  expect(lines).toHaveLength(201);
  expect(lines[0]).toBe("id,age,rate,city,bought,probability,predicted");

  // The network also predicts rows that nobody has labelled.
  const [other] = await Promise.all([
    page.waitForEvent("download"),
    load(page, "Predict another table", "new.csv", "rate,age,note\n0.9,60,old\n0.1,21,young\n-99,,unknown\n"),
  ]);
  expect(other.suggestedFilename()).toBe("new-predictions.csv");
  const predicted = (await readFile(await other.path(), "utf8")).trimEnd().split("\n");
  expect(predicted.map((line) => line.split(",").at(-1))).toEqual([
    "predicted",
    "1",
    "0",
    expect.stringMatching(/^[01]$/),
  ]);

  // A new page: the same table, the weights, and nothing trained.
  await page.reload();
  await load(page, "Choose a CSV file", "people.csv", csv);
  await page.getByText("200 rows, 5 columns").waitFor();
  await load(page, "Load weights", weights.name, weights.bytes);
  await page.getByText("people.safetensors is loaded, at epoch 200.").waitFor();
  expect((await downloaded(page, "Download predictions")).bytes.equals(predictions.bytes)).toBe(true);
  expect(await page.getByRole("checkbox", { name: /^id/ }).isChecked()).toBe(false);

  // It goes on where it was, as if it had not been away.
  await train(page, 210);
  expect(lossesIn((await downloaded(page, "Download weights")).bytes).slice(0, 200)).toEqual(lossesIn(weights.bytes));
  expect(errors).toEqual([]);
});

test("weights go out in PyTorch's format too, and come back", async () => {
  const { page, errors } = await site.open();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await train(page, 30);
  const safe = await downloaded(page, "Download weights");
  const local = (url: string): boolean => !/^(?:data|blob):/.test(url);
  expect(requests.filter(local)).toEqual([]);
  // What writes it is loaded when it is asked for: the format, and what it shares with others.
  const { name, bytes } = await downloaded(page, "Download for PyTorch");
  expect(name).toMatch(/\.pt$/);
  expect(requests.filter(local)).toHaveLength(3);
  const predictions = await downloaded(page, "Download predictions");
  await train(page, 60);
  const later = lossesIn((await downloaded(page, "Download weights")).bytes);

  // The file holds the weights of the other one, and the training goes on from it.
  const checkpoint = await loadPyTorch<{ epoch: number; model_state_dict: Record<string, Tensor> }>(bytes);
  expect(checkpoint.epoch).toBe(30);
  const weights = safetensors.load(safe.bytes);
  for (const [key, tensor] of Object.entries(checkpoint.model_state_dict))
    expect(tensor.tolistSync()).toEqual(weights[key].tolistSync());
  await load(page, "Load weights", name, bytes);
  await page.getByText(`${name} is loaded, at epoch 30.`).waitFor();
  expect((await downloaded(page, "Download predictions")).bytes.equals(predictions.bytes)).toBe(true);
  await train(page, 60);
  expect(lossesIn((await downloaded(page, "Download weights")).bytes)).toEqual(later);
  await load(page, "Load weights", "broken.pt", bytes.subarray(0, 500));
  await page.locator(".said.error").waitFor();
  expect(errors).toEqual([]);
});

test("weights go out as a graph that another engine runs, and come back", async () => {
  const { page, errors } = await site.open();
  await load(page, "Choose a CSV file", "people.csv", csv);
  await page.getByText("200 rows, 5 columns").waitFor();
  await page.getByText("Count as missing").click();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await train(page, 30);
  const { name, bytes } = await downloaded(page, "Download as ONNX");
  expect(name).toBe("people.onnx");
  // What writes it is loaded when it is asked for.
  expect(requests.filter((url) => !/^(?:data|blob):/.test(url))).not.toEqual([]);
  const predictions = await downloaded(page, "Download predictions");

  const [header, ...rows] = predictions.bytes
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  const session = await ort.InferenceSession.create(bytes);
  const feeds = Object.fromEntries(
    session.inputNames.map((column): [string, ort.Tensor] => {
      const cells = rows.map((row) => row[header.indexOf(column)]);
      const numbers = Float64Array.from(cells, (cell) => (cell === "" ? Number.NaN : Number(cell)));
      return [column, new ort.Tensor("float64", numbers, [rows.length])];
    }),
  );
  const { probability } = await session.run(feeds);
  for (const [i, row] of rows.entries())
    expect((probability.data as Float32Array)[i]).toBeCloseTo(Number(row[header.indexOf("probability")]), 6);

  // It goes on from there.
  await train(page, 60);
  const later = lossesIn((await downloaded(page, "Download weights")).bytes);
  await load(page, "Load weights", name, bytes);
  await page.getByText("people.onnx is loaded, at epoch 30.").waitFor();
  await train(page, 60);
  expect(lossesIn((await downloaded(page, "Download weights")).bytes)).toEqual(later);
  await load(page, "Load weights", "broken.onnx", bytes.subarray(0, 500));
  await page.locator(".said.error").waitFor();
  expect(errors).toEqual([]);
});

test("takes a table that is dropped, and gives its programs to copy", async () => {
  const { page, errors } = await site.open({ permissions: ["clipboard-read", "clipboard-write"] });
  const files = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
    return transfer;
  }, csv);
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: files });
  await page.getByText("200 rows, 5 columns").waitFor();
  await page.getByLabel("Learning rate").selectOption("0.1");
  for (const [language, expected] of [
    ["TypeScript", "new optim.Adam(model.parameters(), { lr: 0.1 })"],
    ["PyTorch", "optim.Adam(model.parameters(), lr=0.1)"],
  ]) {
    await page.getByLabel(`The program in ${language}`).filter({ hasText: expected }).waitFor();
    await button(page, `Copy the ${language} program`).click();
    await button(page, `Copied the ${language} program`).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain(expected);
    expect(copied).toContain('"dropped.csv"');
  }
  const { name, bytes } = await downloaded(page, "Download the table");
  expect(name).toBe("dropped.csv");
  expect(bytes.toString()).toBe(csv);
  expect(errors).toEqual([]);
});

test("says what is wrong with a file, and goes on", async () => {
  const { page, errors } = await site.open();
  await load(page, "Load weights", "broken.safetensors", "not weights");
  await page.locator(".said.error").waitFor();
  await load(page, "Choose a CSV file", "ragged.csv", "a,label\n1,0\n2\n");
  await page.getByText("ragged.csv, line 3: 1 cells, but the header has 2.").waitFor();
  expect(await button(page, "Start").isDisabled()).toBe(true);
  await load(page, "Choose a CSV file", "labels.csv", "a,b\n1,3\n2,4\n");
  await page.getByText("No column can be the labels").waitFor();
  await page.getByText("Circles").click();
  await page.getByText("circles.csv").first().waitFor();
  await train(page, 20);
  expect(errors).toEqual([]);
});

test("stops where a training breaks down, and says so", async () => {
  const { page, errors } = await site.open();
  await page.getByLabel("Optimizer").selectOption("SGD");
  await page.getByRole("radio", { name: "BCEWithLogitsLoss" }).check();
  await load(page, "Choose a CSV file", "huge.csv", `x,label\n${"1e30,0\n1e30,1\n-2e30,1\n-2e30,0\n".repeat(10)}`);
  await page.getByText("40 rows").waitFor();
  await page.getByLabel("Scale of columns").selectOption("none");
  await button(page, "Start").click();
  await page.getByText("The training broke down in epoch").waitFor();
  expect(errors).toEqual([]);
});

test("the data cannot leave the page", async () => {
  const { page } = await site.open();
  const send = async (): Promise<string> => {
    try {
      await fetch("/", { method: "POST", body: "data" });
      return "sent";
    } catch {
      return "refused";
    }
  };
  expect(await page.evaluate(send)).toBe("refused");
  const [worker] = page.workers();
  expect(await worker.evaluate(send)).toBe("refused");
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

test.each(["light", "dark"] as const)(
  "has no violations of accessibility, and fits a phone: %s",
  async (colorScheme) => {
    const { page } = await site.open({ colorScheme, viewport: { width: 360, height: 740 } });
    await page.getByText("Table with").click();
    await page.getByText("customers.csv").first().waitFor();
    await train(page, 50);
    const examine = async (): Promise<void> => {
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() =>
          (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
        );
        const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
        expect(found).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
          0,
        );
      }
    };
    await examine();
    await load(page, "Load weights", "broken.safetensors", "not weights");
    await page.locator(".said.error").waitFor();
    await load(page, "Choose a CSV file", "ragged.csv", "a,label\n1,0\n2\n");
    await page.locator("#data .notice.error").waitFor();
    await examine();
  },
);

test("works with the keyboard alone", async () => {
  const { page } = await site.open();
  const focused = () =>
    page.evaluate(() => document.activeElement?.textContent || document.activeElement?.getAttribute("value"));
  for (let i = 0; i < 60 && (await focused()) !== "Start"; i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await reach(page, 1);
  await page.keyboard.press("Enter");
  await button(page, "Continue").waitFor();
});

test("nothing moves while it trains", async () => {
  const { page } = await site.open();
  const shift = await page.evaluate(async () => {
    let sum = 0;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) sum += entry.value;
    });
    observer.observe({ type: "layout-shift", buffered: true });
    const start = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Start");
    start?.click();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return sum;
  });

  expect(shift).toBeLessThan(0.01);
});

test("loads less than 200 kB, and trains without loading more", async () => {
  const { page } = await site.open();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await train(page, 20);
  await page.getByText("cpu", { exact: true }).first().click();
  await train(page, 40);
  expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([]);

  // WebGPU is loaded when it is chosen, which also shows that what is loaded is seen.
  await page.getByText("webgpu", { exact: true }).first().click();
  await page.locator('.chart svg text:text-is("webgpu")').waitFor();
  expect(requests).toHaveLength(1);

  const sizes = await site.firstLoad();
  // The page, its styles, its icon, itself, its worker.
  expect([...sizes.keys()].filter((name) => /^main-.*\.js$/.test(name))).toHaveLength(1);
  expect(sizes.size).toBeGreaterThanOrEqual(5);
  const seen: string[] = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => name.slice(name.lastIndexOf("/") + 1)),
  );
  expect([...sizes.keys()]).toEqual(expect.arrayContaining(seen.filter((name) => /\.(js|css)$/.test(name))));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  expect(total).toBeLessThan(200_000);
});
