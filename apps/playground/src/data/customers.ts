import type { Random } from "./random.ts";
import { rounded, type SampleColumns } from "./sample.ts";

/** A part of few things, such as 2 of 13: 0.1538. */
function fraction(random: Random, rate: number): number {
  const of = 5 + random.integer(30);
  let count = 0;
  for (let i = 0; i < of; i++) if (random.uniform() < rate) count++;
  return rounded(count / of);
}

/**
 * Who answers a letter: fractions, counts and days as a data base gives them out, with -99 where a rate is unknown, -1 where
 * something never happened, and some cells empty.
 */
export function customers(random: Random): SampleColumns {
  const columns = {
    open_rate: [] as number[],
    click_rate: [] as number[],
    return_rate: [] as number[],
    orders: [] as number[],
    days_since_order: [] as number[],
    income: [] as number[],
    answered: [] as number[],
  };
  for (let i = 0; i < 1200; i++) {
    const interest = random.uniform(0.05, 0.75);
    const open = fraction(random, interest);
    const click = fraction(random, interest * 0.5);
    const back = fraction(random, random.uniform(0, 0.4));
    const orders = Math.floor(-Math.log(1 - random.uniform()) * 8 * interest);
    const days = orders === 0 ? -1 : Math.floor(random.uniform(1, 400) * (1.1 - interest));
    const income = Math.round(random.normal(42_000, 11_000) / 100) * 100;
    const logit =
      -2.2 + 4 * interest + 0.16 * orders - 2.5 * back - (days < 0 ? 0.8 : days / 300) + (income - 42_000) / 30_000;
    columns.open_rate.push(random.uniform() < 0.08 ? -99 : open);
    columns.click_rate.push(random.uniform() < 0.12 ? -99 : click);
    columns.return_rate.push(orders === 0 ? -99 : back);
    columns.orders.push(orders);
    columns.days_since_order.push(days);
    columns.income.push(random.uniform() < 0.03 ? Number.NaN : income);
    columns.answered.push(random.uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0);
  }
  return columns;
}
