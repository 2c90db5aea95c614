import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import type { IntentRequest, OrderType, Protection, Side, SizingBy, TermsRequest, TimeInForce } from "~/api/types";
import { type DecimalText, decimalText, parseDecimal } from "~/lib/decimal";

/** What a half-written ticket holds: texts as they were typed. */
export interface Draft {
  side: Side;
  /** "group:ID" or "account:ID"; empty until one is chosen. */
  receiver: string;
  orderType: OrderType;
  sizingBy: SizingBy;
  size: string;
  limitPrice: string;
  stopPrice: string;
  trail: string;
  trailBy: "amount" | "percent";
  timeInForce: TimeInForce;
  expiresAt: string;
  protect: boolean;
  protectStop: string;
  protectTrail: string;
  takeProfit: string;
}

export const EMPTY_DRAFT: Draft = {
  side: "BUY",
  receiver: "",
  orderType: "MARKET",
  sizingBy: "quantity",
  size: "",
  limitPrice: "",
  stopPrice: "",
  trail: "",
  trailBy: "amount",
  timeInForce: "DAY",
  expiresAt: "",
  protect: false,
  protectStop: "",
  protectTrail: "",
  takeProfit: "",
};

interface DraftStore extends Draft {
  edit: (change: Partial<Draft>) => void;
}

/** The ticket outlives the page it stands on: leaving the desk, Esc or a reload loses nothing that was written. */
export const useDraft = create<DraftStore>()(
  persist((set) => ({ ...EMPTY_DRAFT, edit: (change) => set(change) }), {
    name: "bidwell.ticket",
    version: 1,
    storage: createJSONStorage(() => sessionStorage),
  }),
);

type DraftField = keyof Draft;

export interface DraftReading {
  request: IntentRequest | null;
  /** What is wrong with what was typed. Fields that are only empty are not wrong yet. */
  problems: Partial<Record<DraftField, string>>;
  /** The first thing that is still missing. */
  missing: string | null;
}

export const NEEDS: Readonly<Record<OrderType, { limit: boolean; stop: boolean; trail: boolean }>> = {
  MARKET: { limit: false, stop: false, trail: false },
  LIMIT: { limit: true, stop: false, trail: false },
  STOP: { limit: false, stop: true, trail: false },
  STOP_LIMIT: { limit: true, stop: true, trail: false },
  TRAILING_STOP: { limit: false, stop: false, trail: true },
};

class Reader {
  readonly problems: DraftReading["problems"] = {};
  missing: string | null = null;

  /** A positive decimal, or undefined where nothing usable was typed. */
  decimal(field: DraftField, text: string, name: string, required: boolean, signed = false): DecimalText | undefined {
    if (text.trim() === "") {
      if (required) {
        this.missing ??= name;
      }
      return undefined;
    }
    const value = parseDecimal(text);
    if (!value) {
      this.problems[field] = "A plain number, such as 98.50";
    } else if (signed ? false : value.isNegative() || value.isZero()) {
      this.problems[field] = "Must be above zero";
    } else {
      return decimalText(value);
    }
    return undefined;
  }
}

function readTerms(draft: Draft, reader: Reader): TermsRequest {
  const needs = NEEDS[draft.orderType];
  const terms: TermsRequest = { order_type: draft.orderType, time_in_force: draft.timeInForce };
  if (needs.limit) {
    terms.limit_price = reader.decimal("limitPrice", draft.limitPrice, "the limit price", true) ?? null;
  }
  if (needs.stop) {
    terms.stop_price = reader.decimal("stopPrice", draft.stopPrice, "the stop price", true) ?? null;
  }
  if (needs.trail) {
    const trail = reader.decimal("trail", draft.trail, "the trail", true) ?? null;
    terms[draft.trailBy === "amount" ? "trail_amount" : "trail_percent"] = trail;
  }
  if (draft.timeInForce === "GTD") {
    const at = new Date(draft.expiresAt);
    if (Number.isNaN(at.getTime())) {
      reader.missing ??= "the day it expires";
    } else {
      terms.expires_at = at.toISOString();
    }
  }
  return terms;
}

function readProtection(draft: Draft, reader: Reader): Protection | null {
  if (!draft.protect) {
    return null;
  }
  const stop = reader.decimal("protectStop", draft.protectStop, "", false);
  const trail = reader.decimal("protectTrail", draft.protectTrail, "", false);
  const target = reader.decimal("takeProfit", draft.takeProfit, "", false);
  if (stop && trail) {
    reader.problems.protectTrail = "A fixed stop or a trailing one, not both";
  }
  if (!stop && !trail && !target) {
    if (draft.sizingBy === "close") {
      reader.missing ??= "a stop or a target: nothing is closed now";
    }
    return null;
  }
  return {
    ...(stop ? { stop_price: stop } : {}),
    ...(trail ? { trail_amount: trail } : {}),
    ...(target ? { take_profit_price: target } : {}),
  };
}

/** The request that a draft stands for, or what keeps it from being one. */
export function readDraft(draft: Draft, instrument: string | null): DraftReading {
  const reader = new Reader();
  const [receiverType, receiver] = draft.receiver.split(/:(.*)/s, 2);
  if (!instrument) {
    reader.missing ??= "an instrument";
  }
  if (!receiver) {
    reader.missing ??= "an account or a group";
  }
  const size = reader.decimal("size", draft.size, "the size", true, draft.sizingBy === "target");
  if (draft.sizingBy === "close" && size && parseDecimal(size)?.gt(100)) {
    reader.problems.size = "At most 100 per cent can be closed";
  }
  const terms = readTerms(draft, reader);
  const protection = readProtection(draft, reader);
  if (draft.sizingBy === "risk_amount" && !protection?.stop_price && !protection?.trail_amount) {
    reader.missing ??= "a protective stop: the size is reckoned from it";
  }
  const ready = reader.missing === null && Object.keys(reader.problems).length === 0;
  if (!ready || !instrument || !receiver || !size) {
    return { request: null, problems: reader.problems, missing: reader.missing };
  }
  const directed = draft.sizingBy !== "target" && draft.sizingBy !== "close";
  const request: IntentRequest = {
    instrument,
    side: directed ? draft.side : null,
    sizing: { by: draft.sizingBy, value: size },
    terms,
    ...(receiverType === "group" ? { group: receiver } : { account: receiver }),
    ...(protection ? { protection } : {}),
    ...(protection && draft.sizingBy === "close" ? { protects: true } : {}),
  };
  return { request, problems: {}, missing: null };
}
