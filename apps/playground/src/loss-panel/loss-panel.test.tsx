import { renderToString } from "preact-render-to-string";
import { describe, expect, test } from "vitest";
import * as library from "./library.ts";
import { LossPanelContents } from "./loss-panel.tsx";

/** What is read on the page, without markup. */
const text = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll("&quot;", '"');

const shownTexts = (html: string): string[] =>
  Array.from(html.matchAll(/<p class="shown">(.*?)<\/p>/g), ([, found]) => found);

const loaded = text(renderToString(<LossPanelContents library={library} />));

describe("the panel as it opens", () => {
  test("shows p = 0.8 for a label of 1", () => {
    expect(loaded).toContain("class 0 0.00 0.20 1.6094 0.0000 class 1 1.00 0.80 0.2231 0.2231");
    expect(loaded).toContain("Cross-entropy 0.2231 −(1 − y) log(1 − p) − y log p = 0.00 × 1.6094 + 1.00 × 0.2231");
    expect(loaded).toContain("BCELoss , in float32 0.2231");
    expect(loaded).toContain("At p −1.2500 dL/dp = (p − y) / (p (1 − p)) = (0.80 − 1.00) / (0.80 × 0.20)");
    expect(loaded).toContain("At the logit −0.2000 dL/dz = dL/dp × p (1 − p) = p − y = 0.80 − 1.00");
  });

  test("shows a logit of 20 for a label of 0, where BCELoss teaches nothing", () => {
    expect(loaded).toContain("exact 20.0000 1.00000 BCELoss 100.000 0 BCEWith LogitsLoss 20.0000 1.00000");
    expect(loaded).toContain("p = sigmoid(z), in float32 1 1 − p, in float32 0 1 − p, exact 2.0612e−9");
  });

  test("works the printed example through", () => {
    expect(loaded).toContain("input z 1.3313 1.2612 0.3466 sigmoid p 0.7911 0.7792 0.5858 target y 0 1 1");
    expect(loaded).toContain("given to the target p or 1 − p 0.2089 0.7792 0.5858");
    expect(loaded).toContain("−log of that 1.5657 0.2494 0.5348");
    expect(loaded).toContain("(p − y) / 3 0.2637 −0.0736 −0.1381");
    expect(loaded).toContain("The mean 0.7833 = (1.5657 + 0.2494 + 0.5348) / 3");
    expect(loaded).toContain("loss.item() 0.7833072543144226 What was printed 0.7833071351051331");
  });

  test("shows that nothing is scaled, and what is refused", () => {
    expect(loaded).toContain(
      "as they are 0.7833 divided by their sum 0.9260 divided by the largest ∞ put through a sigmoid 0.6617",
    );
    expect(loaded).toContain(
      "ValueError: binary_cross_entropy: all elements of input should be between 0 and 1: put a Sigmoid",
    );
  });
});

test("one text says what is the matter at z, the others only keep its place", () => {
  expect(shownTexts(renderToString(<LossPanelContents library={library} />))).toEqual([
    expect.stringMatching(/^From z = 16.64 on, the sigmoid is exactly 1/),
  ]);
});

test("until the library is there, only its own numbers are missing", () => {
  const html = renderToString(<LossPanelContents library={null} />);
  expect(shownTexts(html)).toEqual([]);
  const waiting = text(html);
  expect(waiting).toContain("Cross-entropy 0.2231 −(1 − y) log(1 − p) − y log p = 0.00 × 1.6094 + 1.00 × 0.2231");
  expect(waiting).toContain("exact … … BCELoss … … BCEWith LogitsLoss … …");
  expect(waiting).toContain("loss.item() … What was printed 0.7833071351051331");
});
