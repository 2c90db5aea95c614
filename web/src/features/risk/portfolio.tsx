import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountsQuery } from "~/api/accounts";
import { instrumentsQuery } from "~/api/market";
import { Problem } from "~/api/problem";
import { portfolioRiskQuery, scenarioQuery } from "~/api/risk";
import type { PortfolioRisk } from "~/api/types";
import { Decimal, type DecimalText, decimalText, parseDecimal } from "~/lib/decimal";
import { formatFigure } from "~/lib/format";
import { Empty } from "~/ui/empty";
import { Field, Select } from "~/ui/field";
import { Figure } from "~/ui/number";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { Table } from "~/ui/table";
import { GreeksCard } from "./greeks";
import { OwnScenario } from "./own-scenario";

const ZERO = new Decimal(0);
const MOST_OWN = 5;

function Tails({ risk }: { risk: PortfolioRisk }) {
  const rows = [
    ["Historical", risk.historical],
    ["Parametric", risk.parametric],
    ["Monte Carlo", risk.monte_carlo],
  ] as const;
  return (
    <Table
      label="Value at risk"
      rows={rows.map(([method, tail]) => ({ method, tail }))}
      rowKey={({ method }) => method}
      columns={[
        { id: "method", header: "Method", align: "left", cell: ({ method }) => method },
        { id: "var", header: `VaR ${Number(risk.confidence) * 100} %`, cell: ({ tail }) => <Figure value={tail?.var} places={2} /> },
        { id: "cvar", header: "CVaR", cell: ({ tail }) => <Figure value={tail?.cvar} places={2} /> },
      ]}
    />
  );
}

function Figures({ risk }: { risk: PortfolioRisk }) {
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-1 px-4 pb-3 sm:grid-cols-4">
      {(
        [
          ["Gross", <Figure key="gross" value={risk.gross} currency={risk.currency} />],
          ["Net", <Figure key="net" value={risk.net} currency={risk.currency} />],
          [
            "Margin in use",
            <span key="margin">
              <Figure value={risk.margin_used} currency={risk.currency} why="A price or a rate is missing" /> <Figure value={risk.margin_share} percent places={1} className="text-12 text-text-2" />
            </span>,
          ],
          ["Volatility a year", <Figure key="volatility" value={risk.volatility} percent />],
          ["Beta", <Figure key="beta" value={risk.beta} why="Choose a benchmark" />],
          ["Concentration (HHI)", <Figure key="index" value={risk.herfindahl} />],
          ["Worth so many equal positions", <Figure key="effective" value={risk.effective} places={1} />],
        ] as const
      ).map(([name, figure]) => (
        <div key={name}>
          <dt className="text-12 text-text-2">{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

function Correlations({ risk }: { risk: PortfolioRisk }) {
  const symbols = risk.positions.map(({ symbol }) => symbol);
  return (
    <Table
      label="Correlations"
      rows={risk.correlations.map((row, place) => ({ symbol: symbols[place] ?? "", row }))}
      rowKey={({ symbol }) => symbol}
      columns={[
        { id: "symbol", header: "Symbol", align: "left", cell: ({ symbol }) => <b className="font-semibold">{symbol}</b> },
        ...symbols.map((name, place) => ({ id: name, header: name, cell: ({ row }: { row: readonly string[] }) => <Figure value={row[place] ?? null} places={2} /> })),
      ]}
    />
  );
}

function Whole({ workspace, risk, account, benchmark }: { workspace: string; risk: PortfolioRisk; account: string; benchmark: string }) {
  const [moves, setMoves] = useState<readonly DecimalText[]>([]);
  const played = useQueries({
    queries: moves.map((percent) =>
      scenarioQuery(workspace, {
        name: `Own: ${formatFigure(percent, { signed: true })} %`,
        market: decimalText((parseDecimal(percent) ?? ZERO).div(100)),
        by_instrument: {},
        ...(account ? { account } : {}),
        ...(benchmark ? { benchmark } : {}),
      }),
    ),
  });
  const own = played.flatMap(({ data }) => data ?? []);
  return (
    <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
      <Card title="What could be lost" aside={<span className="text-12 text-text-3">from {risk.periods} daily returns, {risk.horizon} day ahead</span>} flush>
        <Figures risk={risk} />
        <Tails risk={risk} />
      </Card>
      <Card title="Scenarios" flush>
        <OwnScenario label={benchmark ? "The benchmark moves by" : "Everything moves by"} onPlay={(percent) => setMoves([percent, ...moves.filter((one) => one !== percent)].slice(0, MOST_OWN))} />
        <Table
          label="Scenarios"
          rows={[...own, ...risk.scenarios]}
          rowKey={({ name }) => name}
          columns={[
            { id: "name", header: "Scenario", align: "left", className: "max-w-64 truncate", cell: ({ name }) => <span title={name}>{name}</span> },
            { id: "change", header: `Change in ${risk.currency}`, sort: ({ change }) => change, cell: ({ change }) => <Figure value={change} tone="change" places={2} /> },
          ]}
        />
      </Card>
      <Card title="Positions" flush>
        <Table
          label="Positions by risk"
          rows={risk.positions}
          rowKey={({ instrument }) => instrument}
          columns={[
            { id: "symbol", header: "Symbol", align: "left", sort: ({ symbol }) => symbol, cell: ({ symbol }) => symbol },
            { id: "worth", header: "Worth", sort: ({ worth }) => worth, cell: ({ worth }) => <Figure value={worth} places={2} /> },
            { id: "weight", header: "Weight", from: "sm", sort: ({ weight }) => weight, cell: ({ weight }) => <Figure value={weight} percent places={1} /> },
            { id: "beta", header: "Beta", from: "md", cell: ({ beta }) => <Figure value={beta} places={2} why="Choose a benchmark" /> },
            { id: "volatility", header: "Volatility", from: "md", cell: ({ volatility }) => <Figure value={volatility} percent places={1} /> },
            { id: "component", header: "Of the VaR", sort: ({ component }) => component, cell: ({ component }) => <Figure value={component} places={2} /> },
          ]}
        />
      </Card>
      <Card title="Correlations" flush>
        <Correlations risk={risk} />
      </Card>
    </div>
  );
}

/** Value at risk, stress and concentration of an account, or of all of them together. */
export function PortfolioPart({ workspace }: { workspace: string }) {
  const [account, setAccount] = useState("");
  const [benchmark, setBenchmark] = useState("");
  const [confidence, setConfidence] = useState("0.95");
  const { data: accounts } = useQuery(accountsQuery(workspace));
  const { data: instruments } = useQuery(instrumentsQuery(workspace));
  const { data, error, refetch } = useQuery(portfolioRiskQuery(workspace, { account, benchmark, confidence }));
  const choice = (all: string, items: readonly { value: string; label: string }[]) => [{ value: "", label: all }, ...items];
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-3">
        <Field label="Account">
          {({ id }) => <Select id={id} value={account} choices={choice("All accounts", (accounts ?? []).map((one) => ({ value: one.id, label: one.name })))} onChange={setAccount} />}
        </Field>
        <Field label="Benchmark">
          {({ id }) => <Select id={id} value={benchmark} choices={choice("None", (instruments ?? []).map((one) => ({ value: one.id, label: one.symbol })))} onChange={setBenchmark} />}
        </Field>
        <Field label="Confidence">
          {({ id }) => (
            <Select
              id={id}
              value={confidence}
              choices={["0.9", "0.95", "0.99"].map((value) => ({ value, label: `${Number(value) * 100} %` }))}
              onChange={setConfidence}
            />
          )}
        </Field>
      </div>
      {error && <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-64 w-full" />}
      {data && data.why !== "" && (
        <Card>
          <Empty>Nothing can be said: {data.why}.</Empty>
        </Card>
      )}
      {data && data.why === "" && <Whole key={`${account} ${benchmark}`} workspace={workspace} risk={data} account={account} benchmark={benchmark} />}
      <GreeksCard workspace={workspace} account={account} />
    </>
  );
}
