/** The panel in the page, in headless Chromium. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSite, type Site } from "../testing/site.ts";

let site: Site;

beforeAll(async () => {
  site = await openSite();
}, 120_000);

afterAll(() => site?.close());

const phone = { viewport: { width: 360, height: 740 } };

/** Scrolls to the panel, and waits until the library has computed its last number. */
async function come(page: Page): Promise<void> {
  await page.locator("#loss").scrollIntoViewIfNeeded();
  await page.locator("#loss").getByText("0.7833072543144226").waitFor();
}

/** Moves a slider, as dragging does. */
async function drag(page: Page, index: number, value: number): Promise<void> {
  await page
    .locator("#loss input[type=range]")
    .nth(index)
    .evaluate((slider: HTMLInputElement, to) => {
      slider.value = String(to);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      // What Preact draws then is there in the next frame.
      return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }, value);
}

/** Where everything is that has a place of its own, and which cells are too narrow for their text. */
function layout(page: Page): Promise<{ places: string[]; narrow: string[] }> {
  return page.evaluate(() => {
    const all = document.querySelectorAll("#loss :is(h3, h4, p, dl, dt, dd, table, th, td, figure, input, button)");
    // What an empty chart says lies over it.
    const elements = [...all].filter((element) => !element.matches(".empty"));
    return {
      places: elements.map((element) => {
        const { left, right, top, height } = element.getBoundingClientRect();
        // A result is as wide as its number, and ends where it ends.
        const across = element.matches("dd") ? right : element.matches("dt") ? left : `${left} ${right}`;
        return [element.tagName, across, top + scrollY, height].join(" ");
      }),
      narrow: elements.flatMap((element) =>
        element.matches("td, th, dd, dt, button") && element.scrollWidth > element.clientWidth + 1
          ? [element.textContent ?? ""]
          : [],
      ),
    };
  });
}

test("answers the keyboard, and says where a slider stopped", async () => {
  const { page, errors } = await site.open();
  await come(page);
  const result = (name: string) => page.locator("#loss .results > div").filter({ hasText: name }).locator("dd").first();
  await page.getByRole("slider", { name: "Prediction p" }).focus();
  await page.keyboard.press("Home");
  await expect.poll(() => result("Cross-entropy").textContent()).toBe("∞");
  await expect.poll(() => result("takes no logarithm").textContent()).toBe("100.0000");
  for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowRight");
  await page.getByRole("slider", { name: "Label y" }).first().focus();
  await page.keyboard.press("Home");
  await expect.poll(() => result("takes no logarithm").textContent()).toBe("0.3567");
  await page.locator("#loss [role=status]").getByText("Label 0.00, prediction 0.30: cross-entropy 0.3567").waitFor();

  await page.getByRole("button", { name: "120" }).click();
  const row = page.locator("#loss table.compared tr").filter({ hasText: "LogitsLoss" });
  await expect.poll(() => row.locator("td").allTextContents()).toEqual(["120.000", "1.00000"]);
  expect(errors).toEqual([]);
});

test("on a phone, nothing moves when numbers change, and every number has room", async () => {
  const { page } = await site.open(phone);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/library-*.js", async (route) => {
    await held;
    await route.continue();
  });
  await page.locator("#loss").scrollIntoViewIfNeeded();
  await page.locator("#loss").getByText("Loading Cresset …").first().waitFor();
  const before = await layout(page);
  release();
  await come(page);
  expect((await layout(page)).places).toEqual(before.places);

  for (const y of [0, 0.25, 1])
    for (const [p, z] of [
      [0, -120],
      [0.01, -88.5],
      [0.25, -30],
      [0.5, 0],
      [0.99, 10],
      [1, 16.75],
    ]) {
      for (const [slider, value] of [y, p, z, y].entries()) await drag(page, slider, value);
      expect(await layout(page), `y = ${y}, p = ${p}, z = ${z}`).toEqual({ places: before.places, narrow: [] });
    }
});

test("loads Cresset when it comes near; says so where that fails", async () => {
  const { page } = await site.open();
  const asked: string[] = [];
  await page.route("**/library-*.js", (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  await page.waitForTimeout(200);
  expect(asked).toEqual([]);
  await page.locator("#loss").scrollIntoViewIfNeeded();
  await page.locator("#loss").getByRole("alert").getByText("could not be loaded").waitFor();
  expect(asked).toHaveLength(1);
  // The mathematics does not need it.
  await drag(page, 1, 0.5);
  expect(await page.locator("#loss .results dd").first().textContent()).toBe("0.6931");
});
