// Makes data/subscribers.csv: a table of invented subscribers of a shop, with the habits of a real one. Columns are counts
// and ratios of counts, not scaled; -1 stands for "does not apply", -99 for "not recorded"; the label is 0 or 1.
// Run it to make the file anew: node --conditions=@cresset/source examples/data/make-table.ts
import { writeFileSync } from "node:fs";
import { Generator } from "cresset";

const rows = 1200;
const generator = new Generator(20220307);
const uniform = (): number => generator.uniform53();
const chance = (p: number): boolean => uniform() < p;
const doesNotApply = -1;
const notRecorded = -99;

/** A count with the given mean and a long tail. */
function count(mean: number): number {
  return Math.floor(-mean * Math.log(1 - uniform()));
}

/** Successes of `trials` as a ratio with four digits; -1 without any trial. */
function ratio(trials: number, p: number): number {
  if (trials === 0) return doesNotApply;
  let successes = 0;
  for (let i = 0; i < trials; i++) if (chance(p)) successes++;
  return Number((successes / trials).toFixed(4));
}

function subscriber(): Record<string, number> {
  // How fond somebody is of the shop shows in everything, and keeps them.
  const fondness = generator.standardNormal();
  const liking = 1 / (1 + Math.exp(-fondness));
  const visits90 = count(30 * liking);
  const visits30 = Math.min(visits90, count(10 * liking));
  const searches = count(6 * liking);
  const videos = chance(0.7) ? count(5) : 0;
  const purchases = count(3 * liking);
  const tickets = count(0.8 * (1.5 - liking));
  const emails = chance(0.85) ? 1 + count(6) : 0;
  const row: Record<string, number> = {
    account_age_months: 1 + count(24),
    visits_30d: visits30,
    visits_90d: visits90,
    pages_per_visit: visits90 === 0 ? doesNotApply : Number((1 + 8 * uniform() * liking).toFixed(2)),
    searches_30d: searches,
    search_success_rate: ratio(searches, 0.3 + 0.5 * liking),
    videos_started_30d: videos,
    videos_finished_rate: ratio(videos, 0.2 + 0.6 * liking),
    purchases_90d: purchases,
    return_rate: ratio(purchases, 0.35 - 0.25 * liking),
    discount_rate: ratio(purchases, 0.4),
    basket_size: purchases === 0 ? doesNotApply : 1 + count(3),
    tickets_90d: tickets,
    resolved_rate: ratio(tickets, 0.4 + 0.4 * liking),
    emails_sent_30d: emails === 0 ? doesNotApply : emails,
    email_open_rate: ratio(emails, 0.1 + 0.4 * liking),
    email_click_rate: ratio(emails, 0.02 + 0.2 * liking),
    days_since_visit: visits90 === 0 ? doesNotApply : count(40 * (1.2 - liking)),
    days_since_purchase: purchases === 0 ? doesNotApply : count(50 * (1.2 - liking)),
    friends_invited: chance(0.5) ? count(2 * liking) : doesNotApply,
  };
  // Whole groups of columns come from one source, and are missing together.
  const sources: readonly (readonly string[])[] = [
    ["searches_30d", "search_success_rate", "pages_per_visit"],
    ["videos_started_30d", "videos_finished_rate"],
    ["email_open_rate", "email_click_rate"],
    ["tickets_90d", "resolved_rate"],
  ];
  for (const source of sources) if (chance(0.15)) for (const column of source) row[column] = notRecorded;
  const leaves = 1 / (1 + Math.exp(1.6 * fondness + 0.4 - 0.5 * tickets));
  row.cancelled = chance(leaves) ? 1 : 0;
  return row;
}

const table = Array.from({ length: rows }, subscriber);
const columns = Object.keys(table[0]);
const lines = [columns.join(","), ...table.map((row) => columns.map((column) => row[column]).join(","))];
writeFileSync(new URL("subscribers.csv", import.meta.url), `${lines.join("\n")}\n`);
console.log(
  `${rows} rows, ${columns.length - 1} columns and the label, ${table.filter((row) => row.cancelled === 1).length} of them 1`,
);
