import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "~/api/problem";
import { greeksQuery } from "~/api/risk";
import type { GreeksOfOptions, OptionRisk } from "~/api/types";
import { decimalText, parseDecimal } from "~/lib/decimal";
import { dateText } from "~/lib/time";
import { useDebounced } from "~/lib/use-debounced";
import { count } from "~/lib/words";
import { DecimalInput, Field } from "~/ui/field";
import { Figure } from "~/ui/number";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Table } from "~/ui/table";

const DEBOUNCE_MS = 300;

/** A rate typed in per cent as the part of one that the desk is asked with; null for what is none below 100 %. */
function rateOf(percent: string): string | null {
  const typed = parseDecimal(percent.trim() === "" ? "0" : percent);
  if (!typed || typed.abs().gte(100)) {
    return null;
  }
  return decimalText(typed.div(100).toDecimalPlaces(6));
}

function Sums({ greeks }: { greeks: GreeksOfOptions }) {
  const { currency } = greeks;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-1 px-4 pb-3 sm:grid-cols-5">
      {(
        [
          ["Delta, as worth", greeks.delta_money],
          ["Gamma, for 1 %", greeks.gamma_money],
          ["Vega, a point", greeks.vega],
          ["Theta, a day", greeks.theta],
          ["Rho, a point", greeks.rho],
        ] as const
      ).map(([name, figure]) => (
        <div key={name}>
          <dt className="text-12 text-text-2">{name}</dt>
          <dd>
            <Figure value={figure} currency={currency} tone="sign" />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Name({ row }: { row: OptionRisk }) {
  return (
    <span className="block min-w-0">
      <b className="font-semibold">{row.symbol}</b>{" "}
      <span className="text-text-2">
        <Figure value={row.quantity} /> × {row.right} <Figure value={row.strike} />, {dateText(row.expiry)}
      </span>
    </span>
  );
}

/** Greeks of the options that are held: sums, each option with its sources, and what cannot be reckoned with the reason. */
export function GreeksCard({ workspace, account }: { workspace: string; account: string }) {
  const [percent, setPercent] = useState("");
  const typed = rateOf(percent);
  const rate = useDebounced(typed ?? "0", DEBOUNCE_MS);
  const { data, error, refetch } = useQuery(greeksQuery(workspace, account, rate));
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!data || data.positions.length === 0) {
    return null;
  }
  const known = data.positions.filter(({ why }) => why === "");
  const why = "Not known";
  return (
    <Card title="Greeks of options" flush>
      <div className="max-w-64 px-4 pb-3">
        <Field label="Rate a year, %" problem={typed === null ? "A number below 100" : undefined}>
          {({ id, describedBy, invalid }) => (
            <DecimalInput id={id} describedBy={describedBy} invalid={invalid} placeholder="0" value={percent} onChange={(event) => setPercent(event.target.value)} />
          )}
        </Field>
      </div>
      {known.length > 0 && <Sums greeks={data} />}
      {data.unknown > 0 && (
        <ul aria-label="Options without greeks" className="px-4 pb-3 text-12 text-warn">
          {data.positions
            .filter((row) => row.why !== "")
            .map((row) => (
              <li key={row.instrument}>
                <b className="font-semibold">{row.symbol}</b> is not in the sums: {row.why}.
              </li>
            ))}
        </ul>
      )}
      {known.length > 0 && (
        <Table
          label="Greeks of options"
          rows={known}
          rowKey={({ instrument }) => instrument}
          columns={[
            { id: "symbol", header: "Option", align: "left", sort: ({ symbol }) => symbol, cell: (row) => <Name row={row} /> },
            { id: "delta", header: "Delta", cell: (row) => <Figure value={row.delta ?? null} places={3} why={why} /> },
            { id: "worth", header: "As worth", cell: (row) => <Figure value={row.delta_money ?? null} places={2} why={why} /> },
            { id: "gamma", header: "Gamma 1 %", from: "md", cell: (row) => <Figure value={row.gamma_money ?? null} places={2} why={why} /> },
            { id: "vega", header: "Vega", from: "sm", cell: (row) => <Figure value={row.vega ?? null} places={2} why={why} /> },
            { id: "theta", header: "Theta", from: "sm", cell: (row) => <Figure value={row.theta ?? null} places={2} why={why} /> },
            { id: "volatility", header: "Volatility", from: "md", cell: (row) => <Figure value={row.volatility ?? null} percent places={1} why={why} /> },
            { id: "source", header: "Its source", from: "lg", align: "left", cell: (row) => row.volatility_source },
          ]}
        />
      )}
      <p className="px-4 py-3 text-12 text-text-3">
        {count(known.length, "option")} by Black, Scholes and Merton, as if exercised at expiry alone, without dividends; options on futures by Black. The underlying is its last price, the rate is yours,
        0 % unless given. Money in {data.currency}.
      </p>
    </Card>
  );
}
