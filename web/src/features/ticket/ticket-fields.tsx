import type { Instrument, OrderType, SizingBy, TimeInForce } from "~/api/types";
import { Check, DecimalInput, Field, Input, Select } from "~/ui/field";
import { type Draft, type DraftReading, NEEDS } from "./draft";

interface FieldsProps {
  draft: Draft;
  edit: (change: Partial<Draft>) => void;
  problems: DraftReading["problems"];
  instrument: Instrument | undefined;
  /** "−0.02 from last", for a price that was typed. */
  distance: (price: string) => string | undefined;
}

const TYPES: readonly { value: OrderType; label: string }[] = [
  { value: "MARKET", label: "Market" },
  { value: "LIMIT", label: "Limit" },
  { value: "STOP", label: "Stop" },
  { value: "STOP_LIMIT", label: "Stop limit" },
  { value: "TRAILING_STOP", label: "Trailing stop" },
];

const SIZINGS: readonly { value: SizingBy; label: string }[] = [
  { value: "quantity", label: "Quantity" },
  { value: "notional", label: "Money" },
  { value: "percent_of_equity", label: "% of equity" },
  { value: "risk_amount", label: "Risk to stop" },
  { value: "target", label: "Target position" },
  { value: "close", label: "Close %" },
];

const VALIDITY: readonly { value: TimeInForce; label: string }[] = [
  { value: "DAY", label: "Day" },
  { value: "GTC", label: "Until canceled" },
  { value: "GTD", label: "Until a date" },
  { value: "IOC", label: "Immediate or cancel" },
  { value: "FOK", label: "Fill or kill" },
];

function PriceFields({ draft, edit, problems, distance }: FieldsProps) {
  const needs = NEEDS[draft.orderType];
  return (
    <>
      {needs.stop && (
        <Field label="Stop" layout="row" problem={problems.stopPrice}>
          {({ id, describedBy, invalid }) => (
            <DecimalInput
              id={id}
              describedBy={describedBy}
              invalid={invalid}
              value={draft.stopPrice}
              suffix={distance(draft.stopPrice)}
              onChange={(event) => edit({ stopPrice: event.target.value })}
            />
          )}
        </Field>
      )}
      {needs.limit && (
        <Field label="Limit" layout="row" problem={problems.limitPrice}>
          {({ id, describedBy, invalid }) => (
            <DecimalInput
              id={id}
              describedBy={describedBy}
              invalid={invalid}
              value={draft.limitPrice}
              suffix={distance(draft.limitPrice)}
              onChange={(event) => edit({ limitPrice: event.target.value })}
            />
          )}
        </Field>
      )}
      {needs.trail && (
        <Field label="Trail" layout="row" problem={problems.trail}>
          {({ id, describedBy, invalid }) => (
            <span className="grid grid-cols-[1fr_88px] gap-1.5">
              <DecimalInput
                id={id}
                describedBy={describedBy}
                invalid={invalid}
                value={draft.trail}
                onChange={(event) => edit({ trail: event.target.value })}
              />
              <Select
                aria-label="Trail in"
                value={draft.trailBy}
                choices={[
                  { value: "amount", label: "price" },
                  { value: "percent", label: "%" },
                ]}
                onChange={(trailBy) => edit({ trailBy })}
              />
            </span>
          )}
        </Field>
      )}
    </>
  );
}

function ProtectionFields({ draft, edit, problems, distance }: FieldsProps) {
  const closes = draft.sizingBy === "close";
  const fields = [
    ["protectStop", "Stop loss"],
    ["protectTrail", "Trail by"],
    ["takeProfit", "Target"],
  ] as const;
  return (
    <>
      <div className="grid grid-cols-[68px_1fr] items-center gap-x-2">
        <span className="text-text-2">Protect</span>
        <Check label={closes ? "Exits instead of closing now" : "Attach stop and target"} checked={draft.protect} onChange={(protect) => edit({ protect })} />
      </div>
      {draft.protect &&
        fields.map(([name, label]) => (
          <Field key={name} label={label} layout="row" problem={problems[name]}>
            {({ id, describedBy, invalid }) => (
              <DecimalInput
                id={id}
                describedBy={describedBy}
                invalid={invalid}
                value={draft[name]}
                suffix={name === "protectTrail" ? undefined : distance(draft[name])}
                onChange={(event) => edit({ [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
    </>
  );
}

/** Type, size, prices, protection and validity of an order. */
export function TicketFields(props: FieldsProps) {
  const { draft, edit, problems, instrument } = props;
  return (
    <>
      <Field label="Type" layout="row">
        {({ id }) => <Select id={id} value={draft.orderType} choices={TYPES} onChange={(orderType) => edit({ orderType })} />}
      </Field>
      <Field
        label="Size"
        layout="row"
        problem={problems.size}
        hint={instrument && draft.sizingBy === "notional" ? `in ${instrument.currency}` : undefined}
      >
        {({ id, describedBy, invalid }) => (
          <span className="grid grid-cols-[1fr_112px] gap-1.5">
            <DecimalInput
              id={id}
              describedBy={describedBy}
              invalid={invalid}
              value={draft.size}
              onChange={(event) => edit({ size: event.target.value })}
            />
            <Select
              aria-label="Size in"
              value={draft.sizingBy}
              choices={SIZINGS}
              onChange={(sizingBy) => edit({ sizingBy, ...(sizingBy === "close" ? { size: "100" } : {}) })}
            />
          </span>
        )}
      </Field>
      <PriceFields {...props} />
      <ProtectionFields {...props} />
      <Field label="Valid" layout="row">
        {({ id }) => <Select id={id} value={draft.timeInForce} choices={VALIDITY} onChange={(timeInForce) => edit({ timeInForce })} />}
      </Field>
      {draft.timeInForce === "GTD" && (
        <Field label="Until" layout="row">
          {({ id }) => (
            <Input id={id} type="datetime-local" value={draft.expiresAt} onChange={(event) => edit({ expiresAt: event.target.value })} />
          )}
        </Field>
      )}
    </>
  );
}
