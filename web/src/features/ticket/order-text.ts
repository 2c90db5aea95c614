import type { OrderType, SizingBy, TimeInForce } from "~/api/types";
import { parseDecimal } from "~/lib/decimal";
import { type Draft, EMPTY_DRAFT } from "./draft";

interface Named {
  id: string;
  name: string;
}

export interface OrderContext {
  instruments: readonly { id: string; symbol: string }[];
  groups: readonly Named[];
  accounts: readonly Named[];
  /** Where an order goes that names no receiver. */
  receiver: string;
}

export type OrderText = { kind: "order"; instrument: string; draft: Draft } | { kind: "problem"; problem: string } | { kind: "none" };

/** What in the text could not be read, in words for its writer. */
class Misread extends Error {}

const SIDES: Readonly<Record<string, "BUY" | "SELL" | "CLOSE" | "TARGET">> = {
  buy: "BUY",
  b: "BUY",
  sell: "SELL",
  s: "SELL",
  close: "CLOSE",
  exit: "CLOSE",
  target: "TARGET",
};

const VALIDITY: Readonly<Record<string, TimeInForce>> = { day: "DAY", gtc: "GTC", ioc: "IOC", fok: "FOK" };

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

function match<Item>(wanted: string, items: readonly Item[], name: (item: Item) => string, id: (item: Item) => string): Item | null {
  const key = plain(wanted);
  const exact = items.filter((item) => plain(name(item)) === key || plain(id(item)) === key);
  const found = exact.length > 0 ? exact : items.filter((item) => plain(name(item)).includes(key));
  return key && found.length === 1 ? (found[0] ?? null) : null;
}

class Words {
  #at = 0;
  readonly #words: readonly string[];

  constructor(text: string) {
    this.#words = text.trim().split(/\s+/).filter(Boolean);
  }

  next(): string | undefined {
    const word = this.#words[this.#at];
    this.#at += 1;
    return word;
  }

  price(name: string): string {
    const word = this.next();
    const value = parseDecimal(word);
    if (!value || value.isZero() || value.isNegative()) {
      throw new Misread(word === undefined ? `${name} needs a price` : `“${word}” is not a price for ${name}`);
    }
    return value.toString();
  }
}

function readSize(word: string, words: Words): { by: SizingBy; size: string } {
  const forms: readonly [RegExp, SizingBy][] = [
    [/^\$([\d.]+)$/, "notional"],
    [/^([\d.]+)%$/, "percent_of_equity"],
    [/^(-?[\d.]+)$/, "quantity"],
  ];
  if (word === "risk") {
    return { by: "risk_amount", size: words.price("risk") };
  }
  for (const [form, by] of forms) {
    const value = parseDecimal(form.exec(word)?.[1]);
    if (value && !value.isZero()) {
      return { by, size: value.toString() };
    }
  }
  throw new Misread(`“${word}” is not a size: write 10, $500, 5% or risk 100`);
}

function readReceiver(word: string, context: OrderContext): string {
  const group = match(word, context.groups, (item) => item.name, (item) => item.id);
  const account = match(word, context.accounts, (item) => item.name, (item) => item.id);
  if (group) {
    return `group:${group.id}`;
  }
  if (account) {
    return `account:${account.id}`;
  }
  const names = [...context.groups, ...context.accounts].map(({ name }) => `@${plain(name)}`).join(", ");
  throw new Misread(`No single account or group matches @${word}. There are: ${names || "none yet"}`);
}

type Clause = (draft: Draft, words: Words) => void;

function typed(draft: Draft, orderType: OrderType): void {
  draft.orderType = orderType;
}

const CLAUSES: Readonly<Record<string, Clause>> = {
  market: (draft) => typed(draft, "MARKET"),
  limit: (draft, words) => {
    draft.limitPrice = words.price("limit");
    typed(draft, draft.orderType === "STOP" ? "STOP_LIMIT" : "LIMIT");
  },
  stop: (draft, words) => {
    draft.stopPrice = words.price("stop");
    typed(draft, draft.orderType === "LIMIT" ? "STOP_LIMIT" : "STOP");
  },
  trail: (draft, words) => {
    const word = words.next() ?? "";
    draft.trailBy = word.endsWith("%") ? "percent" : "amount";
    const value = parseDecimal(word.replace("%", ""));
    if (!value || value.isZero() || value.isNegative()) {
      throw new Misread("trail needs a distance: trail 1.5 or trail 2%");
    }
    draft.trail = value.toString();
    typed(draft, "TRAILING_STOP");
  },
  sl: (draft, words) => {
    draft.protect = true;
    draft.protectStop = words.price("sl");
  },
  tp: (draft, words) => {
    draft.protect = true;
    draft.takeProfit = words.price("tp");
  },
};

function read(words: Words, verb: "BUY" | "SELL" | "CLOSE" | "TARGET", context: OrderContext): OrderText {
  const draft: Draft = { ...EMPTY_DRAFT, receiver: context.receiver };
  if (verb === "CLOSE") {
    Object.assign(draft, { sizingBy: "close", size: "100" });
  } else {
    const word = words.next();
    if (word === undefined) {
      throw new Misread("How many? For example: buy 10 aapl limit 98.5 @all");
    }
    const { by, size } = readSize(word, words);
    if (verb !== "TARGET" && size.startsWith("-")) {
      throw new Misread("The size must be above zero: the word buy or sell gives the direction");
    }
    Object.assign(draft, { sizingBy: verb === "TARGET" ? "target" : by, size, side: verb === "SELL" ? "SELL" : "BUY" });
  }
  const symbol = words.next();
  if (symbol === undefined) {
    throw new Misread("Of what? Write a symbol, such as aapl");
  }
  const instrument = match(symbol, context.instruments, (item) => item.symbol, (item) => item.id);
  if (!instrument) {
    throw new Misread(`No instrument is called “${symbol}”`);
  }
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const key = word.toLowerCase();
    if (word.startsWith("@")) {
      draft.receiver = readReceiver(word.slice(1), context);
    } else if (VALIDITY[key]) {
      draft.timeInForce = VALIDITY[key];
    } else if (CLAUSES[key]) {
      CLAUSES[key](draft, words);
    } else {
      throw new Misread(`“${word}” is not understood here`);
    }
  }
  return { kind: "order", instrument: instrument.id, draft };
}

/** Reads `buy 10 aapl limit 98.5 sl 95 tp 104 gtc @all`; "none" when the text does not begin like an order. */
export function parseOrderText(text: string, context: OrderContext): OrderText {
  const words = new Words(text);
  const verb = SIDES[words.next()?.toLowerCase() ?? ""];
  if (!verb) {
    return { kind: "none" };
  }
  try {
    return read(words, verb, context);
  } catch (error) {
    if (error instanceof Misread) {
      return { kind: "problem", problem: error.message };
    }
    throw error;
  }
}
