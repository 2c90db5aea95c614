/** One figure of a model; `kind` says what is typed. */
export interface ModelField {
  name: string;
  label: string;
  kind?: "number" | "text" | "flag";
  suffix?: string;
  /** What the model needs; the others may be left empty. */
  needed?: boolean;
}

export interface Model {
  value: string;
  label: string;
  fields: readonly ModelField[];
}

/** Leaves the choice to the plain field above. */
export const PLAIN_MODEL: Model = { value: "", label: "As chosen above", fields: [] };

const BY_VOLUME: ModelField = { name: "by_volume", label: "Count the run's own volume", kind: "flag" };
const REGULATORY: ModelField = { name: "regulatory", label: "With the regulators' fees", kind: "flag" };

/** Fee models whose figures are typed; names and arguments are those of `bidwell.fees`. */
export const FEE_MODELS: readonly Model[] = [
  PLAIN_MODEL,
  { value: "percent", label: "Percent with a minimum", fields: [{ name: "percent", label: "Percent", suffix: "%", needed: true }, { name: "minimum", label: "Least per order" }] },
  { value: "per_share", label: "Per share", fields: [{ name: "amount", label: "Per share", needed: true }, { name: "minimum", label: "Least per order" }, { name: "cap_percent", label: "Most", suffix: "% of the notional" }] },
  { value: "per_contract", label: "Per contract and side", fields: [{ name: "amount", label: "Per contract", needed: true }] },
  { value: "per_order", label: "Per order", fields: [{ name: "amount", label: "Per order", needed: true }] },
  { value: "maker_taker", label: "Maker and taker", fields: [{ name: "maker_percent", label: "Maker", suffix: "%", needed: true }, { name: "taker_percent", label: "Taker", suffix: "%", needed: true }] },
  { value: "cme", label: "CME", fields: [{ name: "product", label: "Product", kind: "text", needed: true }, { name: "commission", label: "Commission" }, { name: "exchange", label: "Exchange's fee" }, { name: "regulatory", label: "Regulator's fee" }] },
  { value: "ibkr_fixed", label: "Interactive Brokers, fixed", fields: [REGULATORY] },
  { value: "ibkr_tiered", label: "Interactive Brokers, tiered", fields: [{ name: "monthly_volume", label: "Shares a month" }, BY_VOLUME, REGULATORY] },
  { value: "crypto", label: "Crypto exchange's tiers", fields: [{ name: "exchange", label: "Exchange", kind: "text", needed: true }, { name: "volume", label: "Notional of 30 days" }, BY_VOLUME] },
];

/** Slippage models; names and arguments are those of `bidwell.slippage`. */
export const SLIPPAGE_MODELS: readonly Model[] = [
  PLAIN_MODEL,
  { value: "fixed", label: "Fixed amount of price", fields: [{ name: "amount", label: "Amount", needed: true }] },
  { value: "spread", label: "Half of a spread", fields: [{ name: "points", label: "Width of the spread", needed: true }] },
  { value: "volume_share", label: "Share of the bar's volume, squared", fields: [{ name: "impact", label: "Impact" }, { name: "most", label: "Most of the volume that counts" }] },
  { value: "square_root", label: "Root of the share of the bar's volume", fields: [{ name: "impact", label: "Impact" }] },
];
