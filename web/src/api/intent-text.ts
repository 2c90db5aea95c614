import { formatFigure } from "~/lib/format";
import { sentence } from "~/lib/words";
import type { IntentSummary } from "./types";

type Described = Pick<IntentSummary, "side" | "sizing" | "symbol" | "source">;

/** "Buy 100 AAPL", "Close 100 % of AAPL", "Take AAPL to −50". */
export function intentTitle({ side, sizing, symbol }: Described): string {
  const verb = side === "SELL" ? "Sell" : "Buy";
  const value = formatFigure(sizing.value);
  switch (sizing.by) {
    case "close":
      return `Close ${value} % of ${symbol}`;
    case "target":
      return `Take ${symbol} to ${value}`;
    case "percent_of_equity":
      return `${verb} ${symbol} for ${value} % of equity`;
    case "notional":
      return `${verb} ${symbol} for ${value}`;
    case "risk_amount":
      return `${verb} ${symbol} at a risk of ${value}`;
    case "quantity":
      return `${verb} ${value} ${symbol}`;
  }
}

const SOURCES: Readonly<Record<string, string>> = { api: "API", cli: "Command line", ticket: "Ticket" };

export const sourceName = (source: string): string => SOURCES[source] ?? sentence(source);
