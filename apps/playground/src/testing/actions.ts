/** What people do with the page. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";

export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Clicks a button that gives a file. */
export async function downloaded(page: Page, name: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Sets when training stops. */
export async function setEpochs(page: Page, count: number): Promise<void> {
  const field = page.getByRole("spinbutton", { name: "Epochs" });
  await field.fill(String(count));
  await field.press("Tab");
}

/** Sets when training stops, starts it, waits. */
export async function train(page: Page, epochs: number): Promise<void> {
  await setEpochs(page, epochs);
  await page.getByRole("button", { name: /^(Start|Continue)$/ }).click();
  await button(page, "Finished").waitFor();
}

export async function load(page: Page, where: string, name: string, content: string | Buffer): Promise<void> {
  await page.getByLabel(where).setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
}
