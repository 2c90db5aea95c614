import type { ReactNode } from "react";
import { Check, DecimalInput, Field, Input, Select, TextArea } from "~/ui/field";
import { type ContractDraft, type FurtherDraft, type ModelDraft, NEW_CONTRACT, symbolOf } from "./further";
import { FEE_MODELS, type Model, SLIPPAGE_MODELS } from "./models";

const INTRABAR = [
  { value: "pessimistic", label: "Stops before limits" },
  { value: "optimistic", label: "Limits before stops" },
] as const;
const BOOKED = [
  { value: "catalog", label: "Those of the catalog" },
  { value: "none", label: "None" },
  { value: "given", label: "Those written here" },
] as const;
const TYPES = [
  { value: "equity", label: "Share" },
  { value: "future", label: "Future" },
  { value: "option", label: "Option" },
  { value: "crypto", label: "Crypto" },
  { value: "forex", label: "Currency pair" },
  { value: "index", label: "Index (not traded)" },
] as const;
const RIGHTS = [
  { value: "call", label: "Call" },
  { value: "put", label: "Put" },
] as const;
const CALENDARS = ["XNYS", "XNAS", "CMES", "XLON", "XETR", "XBOM", "XTKS", "24/5", "24/7"];

interface PartProps {
  draft: FurtherDraft;
  edit: (change: Partial<FurtherDraft>) => void;
  problem: (name: string) => string | undefined;
}

/** One group of conditions under a heading. */
export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="grid min-w-0 grid-cols-1 gap-3 border-t border-faint pt-3 sm:grid-cols-2">
      <legend className="pr-2 font-semibold text-text-2">{title}</legend>
      {children}
    </fieldset>
  );
}

interface AmountProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  problem?: string | undefined;
  suffix?: string | undefined;
  hint?: string;
}

function Amount({ label, value, onChange, problem, suffix, hint }: AmountProps) {
  return (
    <Field label={label} problem={problem} hint={hint}>
      {({ id, describedBy, invalid }) => <DecimalInput id={id} describedBy={describedBy} invalid={invalid} suffix={suffix} value={value} maxLength={24} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

interface RowsProps {
  label: string;
  value: string;
  placeholder: string;
  hint: string;
  problem?: string | undefined;
  onChange: (text: string) => void;
}

/** A small table typed as text, one row a line. */
function Rows({ label, value, placeholder, hint, problem, onChange }: RowsProps) {
  return (
    <div className="min-w-0 sm:col-span-2">
      <Field label={label} hint={hint} problem={problem}>
        {({ id, describedBy, invalid }) => <TextArea id={id} aria-describedby={describedBy} aria-invalid={invalid} className="min-h-16" rows={2} placeholder={placeholder} value={value} maxLength={20_000} onChange={(event) => onChange(event.target.value)} />}
      </Field>
    </div>
  );
}

interface ModelFieldsProps {
  label: string;
  models: readonly Model[];
  draft: ModelDraft;
  problem: string | undefined;
  onChange: (draft: ModelDraft) => void;
}

/** Choice of a model, and the figures that it takes. */
function ModelFields({ label, models, draft, problem, onChange }: ModelFieldsProps) {
  const fields = models.find(({ value }) => value === draft.model)?.fields ?? [];
  const set = (name: string, value: string | boolean): void => onChange({ ...draft, arguments: { ...draft.arguments, [name]: value } });
  return (
    <>
      <div className="min-w-0 sm:col-span-2">
        <Field label={label} problem={problem}>
          {({ id, describedBy, invalid }) => <Select id={id} describedBy={describedBy} invalid={invalid} value={draft.model} choices={models} onChange={(model) => onChange({ model, arguments: {} })} />}
        </Field>
      </div>
      {fields.map((field) => {
        const value = draft.arguments[field.name];
        if (field.kind === "flag") {
          return <Check key={field.name} label={field.label} checked={value === true} onChange={(checked) => set(field.name, checked)} />;
        }
        const text = typeof value === "string" ? value : "";
        return field.kind === "text" ? (
          <Field key={field.name} label={field.label}>
            {({ id }) => <Input id={id} value={text} maxLength={40} onChange={(event) => set(field.name, event.target.value)} />}
          </Field>
        ) : (
          <Amount key={field.name} label={field.label} suffix={field.suffix} value={text} onChange={(typed) => set(field.name, typed)} />
        );
      })}
    </>
  );
}

/** Conditions of matching and accounts beyond money and fills, in groups; each begins with what is usual. */
export function MoreConditions({ draft, edit, problem, data }: PartProps & { data: readonly string[] }) {
  const amount = (name: "maintenance" | "borrow" | "interest" | "cashInterest" | "tickSize" | "multiplier", label: string, hint: string) => (
    <Amount label={label} hint={hint} value={draft[name]} problem={problem(name)} onChange={(text) => edit({ [name]: text })} />
  );
  return (
    <>
      <Group title="Fees and slippage by model">
        <ModelFields label="Fee model" models={FEE_MODELS} draft={draft.feeModel} problem={problem("feeModel")} onChange={(feeModel) => edit({ feeModel })} />
        <ModelFields label="Slippage model" models={SLIPPAGE_MODELS} draft={draft.slippageModel} problem={problem("slippageModel")} onChange={(slippageModel) => edit({ slippageModel })} />
      </Group>
      <Group title="Account">
        {amount("maintenance", "Maintenance margin", "Of the exposure; below it everything is closed.")}
        {amount("borrow", "Borrow", "A year, of short positions; 0.03 is 3 %.")}
        {amount("interest", "Interest on debt", "A year, on cash below zero; 0.06 is 6 %.")}
        {amount("cashInterest", "Interest on idle cash", "A year, on cash above zero that secures no short; 0.04 is 4 %.")}
        <Rows label="Borrow of single instruments" value={draft.borrowOf} placeholder="TSLA.XNAS 0.03" hint="One symbol and yearly rate a line." problem={problem("borrowOf")} onChange={(borrowOf) => edit({ borrowOf })} />
        <Field label="Account's currency" problem={problem("currency")}>
          {({ id, describedBy, invalid }) => <Input id={id} describedBy={describedBy} invalid={invalid} value={draft.currency} maxLength={5} onChange={(event) => edit({ currency: event.target.value.toUpperCase() })} />}
        </Field>
        <Check label="Exchange other currencies at once" checked={draft.convert} onChange={(convert) => edit({ convert })} />
        <Rows label="Exchange rates" value={draft.rates} placeholder={"EUR 1.08\nUSDJPY USDJPY.FX@1D"} hint="A currency or pair, and a number or a series of the catalog." problem={problem("rates")} onChange={(rates) => edit({ rates })} />
      </Group>
      <Group title="Bars and sessions">
        <Field label="A bar that touches stop and limit">{({ id }) => <Select id={id} value={draft.intrabar} choices={INTRABAR} onChange={(intrabar) => edit({ intrabar })} />}</Field>
        <Field label="Sessions" problem={problem("calendar")} hint="Empty: every bar counts, days are those of UTC.">
          {({ id, describedBy, invalid }) => (
            <>
              <Input id={id} describedBy={describedBy} invalid={invalid} list={`${id}-known`} placeholder="XNYS" value={draft.calendar} maxLength={20} onChange={(event) => edit({ calendar: event.target.value.trim() })} />
              <datalist id={`${id}-known`}>
                {CALENDARS.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Field>
        {amount("tickSize", "Tick size", "0 allows any price.")}
        {amount("multiplier", "Multiplier", "Money that one point is worth.")}
      </Group>
      <Group title="Corporate actions">
        <Field label="Booked">{({ id }) => <Select id={id} value={draft.booked} choices={BOOKED} onChange={(booked) => edit({ booked })} />}</Field>
        {draft.booked === "given" && (
          <Rows label="Actions" value={draft.actions} placeholder={"2024-06-10 AAPL.XNAS split 4\n2024-08-09 AAPL.XNAS dividend 0.25"} hint="Ex-date, symbol, and split or dividend or both." problem={problem("actions") ?? problem("symbol")} onChange={(actions) => edit({ actions })} />
        )}
      </Group>
      <Group title="Contracts">
        {data.length === 0 && <p className="text-text-2 sm:col-span-2">Choose instruments first.</p>}
        {data.map(symbolOf).map((symbol) => (
          <Contract
            key={symbol}
            symbol={symbol}
            contract={draft.contracts[symbol]}
            problem={problem(`contract.${symbol}`)}
            onChange={(contract) => {
              const { [symbol]: _, ...others } = draft.contracts;
              edit({ contracts: contract ? { ...others, [symbol]: contract } : others });
            }}
          />
        ))}
        {(draft.settlements !== "" || Object.values(draft.contracts).some(({ type }) => type === "option")) && (
          <Rows label="Settlement values" value={draft.settlements} placeholder="SPXJ.XCBO 4512.33" hint="Options settled in the morning of their last day: one and its value a line. The others go by the close." problem={problem("settlements") ?? problem("symbol")} onChange={(settlements) => edit({ settlements })} />
        )}
      </Group>
    </>
  );
}

interface ContractProps {
  symbol: string;
  contract: ContractDraft | undefined;
  problem: string | undefined;
  onChange: (contract: ContractDraft | undefined) => void;
}

/** What one instrument is: by default a share in the account's currency. */
function Contract({ symbol, contract, problem, onChange }: ContractProps) {
  const choices = [{ value: "", label: "Share, with the steps above" }, ...TYPES.map((each) => (each.value === "equity" ? { ...each, label: "Share, with steps of its own" } : each))];
  const choose = (value: string): void => {
    const type = TYPES.find((each) => each.value === value)?.value;
    onChange(type ? { ...(contract ?? NEW_CONTRACT), type } : undefined);
  };
  const text = (name: "currency" | "base" | "underlying", label: string) =>
    contract && (
      <Field label={label}>
        {({ id }) => <Input id={id} aria-label={`${label} of ${symbol}`} value={contract[name]} maxLength={60} onChange={(event) => onChange({ ...contract, [name]: event.target.value.toUpperCase() })} />}
      </Field>
    );
  const amount = (name: "tickSize" | "lotSize" | "multiplier" | "strike" | "initialMargin", label: string) => contract && <Amount label={label} value={contract[name]} onChange={(value) => onChange({ ...contract, [name]: value })} />;
  const ends = contract?.type === "future" || contract?.type === "option";
  return (
    <>
      <div className="min-w-0 sm:col-span-2">
        <Field label={symbol} problem={problem}>
          {({ id, describedBy, invalid }) => <Select id={id} describedBy={describedBy} invalid={invalid} value={contract?.type ?? ""} choices={choices} onChange={choose} />}
        </Field>
      </div>
      {text("currency", "Currency")}
      {amount("tickSize", "Tick size")}
      {amount("lotSize", "Lot size")}
      {amount("multiplier", "Multiplier")}
      {(contract?.type === "crypto" || contract?.type === "forex") && text("base", "Base currency")}
      {ends && text("underlying", "Underlying")}
      {contract && ends && (
        <Field label="Last day">{({ id }) => <Input id={id} type="date" value={contract.expiry} onChange={(event) => onChange({ ...contract, expiry: event.target.value })} />}</Field>
      )}
      {contract?.type === "future" && amount("initialMargin", "Initial margin")}
      {contract?.type === "option" && (
        <>
          {amount("strike", "Strike")}
          <Field label="Right">{({ id }) => <Select id={id} value={contract.right} choices={RIGHTS} onChange={(right) => onChange({ ...contract, right })} />}</Field>
          <Check label="Settled in cash" checked={contract.cashSettled} onChange={(cashSettled) => onChange({ ...contract, cashSettled })} />
          <Check label="European: exercised at expiry alone" checked={contract.european} onChange={(european) => onChange({ ...contract, european })} />
        </>
      )}
    </>
  );
}
