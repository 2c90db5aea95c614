import type { SizeRequest } from "~/api/types";
import { decimalText, parseDecimal } from "~/lib/decimal";
import type { RiskBy } from "~/lib/ticket-risk";
import { type Draft, readDraft } from "./draft";

interface SizeReading {
  request: SizeRequest | null;
  /** What keeps the size from being reckoned, as a sentence. */
  missing: string;
}

/** What the desk is asked for the size of the order on the ticket: the very order, with its stop and what may be lost. */
export function readSizeRequest(draft: Draft, instrument: string | null, risk: string, by: RiskBy): SizeReading {
  const wait = (missing: string): SizeReading => ({ request: null, missing });
  if (draft.receiver.startsWith("group:")) {
    return wait("Choose one account, or “Risk to stop” as the size of every account of the group.");
  }
  const { request, missing, problems } = readDraft({ ...draft, protect: true, sizingBy: "quantity", size: "1" }, instrument);
  if (!request?.account || !request.side) {
    return wait(missing ? `Still missing: ${missing}.` : Object.values(problems)[0] ? "A price above cannot be read." : "Choose an account.");
  }
  const stop = request.protection?.stop_price;
  if (!stop) {
    return wait("Write the stop loss above: the size is reckoned from it.");
  }
  const value = parseDecimal(risk);
  if (!value || value.isNegative() || value.isZero()) {
    return wait(risk.trim() === "" ? "Write what may be lost at the stop." : "What may be lost is a number above zero.");
  }
  if (by === "risk_percent" && value.gt(100)) {
    return wait("At most 100 per cent of the equity can be lost.");
  }
  const target = request.protection?.take_profit_price;
  return {
    missing: "",
    request: {
      account: request.account,
      instrument: request.instrument,
      side: request.side,
      ...(request.terms ? { terms: request.terms } : {}),
      stop,
      ...(target ? { take_profit: target } : {}),
      [by]: decimalText(value),
    },
  };
}
