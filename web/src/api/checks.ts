import { sentence } from "~/lib/words";
import type { Check, Order, Terms } from "./types";

/** "Daily loss" for the rule daily_loss. */
export const ruleName = (rule: string): string => sentence(rule.replace(/^.*\./, ""));

const TYPE_WORDS: Readonly<Record<Terms["order_type"], string>> = {
  MARKET: "market",
  LIMIT: "limit",
  STOP: "stop",
  STOP_LIMIT: "stop limit",
  TRAILING_STOP: "trailing stop",
};

/** "limit 402.10", "stop 396", "trail 2 %". */
export function termsText(terms: Terms): string {
  const parts = [TYPE_WORDS[terms.order_type]];
  if (terms.stop_price) {
    parts.push(terms.order_type === "STOP_LIMIT" ? `${terms.stop_price},` : terms.stop_price);
  }
  if (terms.limit_price) {
    parts.push(terms.limit_price);
  }
  if (terms.trail_amount) {
    parts.push(terms.trail_amount);
  }
  if (terms.trail_percent) {
    parts.push(`${terms.trail_percent} %`);
  }
  return parts.join(" ");
}

/** What an order waits for or is worked on: its own wish where the desk works it for the broker, and where a held one stands. */
export function orderTerms({ asked, terms, level, status }: Pick<Order, "asked" | "terms" | "level" | "status">): string {
  const text = termsText(asked ?? terms);
  return status === "HELD" && level && asked?.order_type === "TRAILING_STOP" ? `${text}, now ${level}` : text;
}

/** Whether what the broker was sent is not what was asked: the desk does, or did, the rest. */
export const workedHere = ({ asked, terms, status }: Pick<Order, "asked" | "terms" | "status">): boolean =>
  status !== "HELD" && asked != null && (asked.order_type !== terms.order_type || asked.time_in_force !== terms.time_in_force);

/** The state of an order as a reader says it: working, 55 % filled, in doubt, canceling, held by desk. */
export function orderState(order: Pick<Order, "status" | "pending" | "in_doubt" | "filled_quantity">): string {
  if (order.in_doubt) {
    return order.status === "ABSENT" ? "not found at the broker" : "in doubt";
  }
  if (order.pending !== "none") {
    return order.pending === "cancel" ? "canceling" : "replacing";
  }
  if (order.status === "HELD") {
    return "held by desk";
  }
  const partly = order.status === "WORKING" && /[1-9]/.test(order.filled_quantity);
  return partly ? "partly filled" : order.status.toLowerCase();
}

export const failed = (checks: readonly Check[]): Check[] => checks.filter((check) => !check.passed);
