import { type Convergence as Found, type ConvergencePart, STANDINGS } from "~/api/convergence";
import { timeOfDay } from "~/lib/time";
import { count } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Dots } from "~/ui/dots";
import { Empty } from "~/ui/empty";
import { Figure } from "~/ui/number";
import { Card } from "~/ui/panel";
import { type Column, Table } from "~/ui/table";

const COLUMNS: readonly Column<ConvergencePart>[] = [
  { id: "account", header: "Account", align: "left", sort: (part) => part.account_name, cell: (part) => part.account_name },
  { id: "symbol", header: "Trades", align: "left", from: "md", cell: (part) => <span className="text-text-2">{part.symbol}</span> },
  { id: "target", header: "Target", cell: (part) => <Figure value={part.target} signed /> },
  { id: "actual", header: "Actual", cell: (part) => <Figure value={part.actual} signed /> },
  {
    id: "standing",
    header: "Stands",
    cell: ({ standing, tries }) => (
      <span>
        <span aria-hidden="true">{STANDINGS[standing].sign} </span>
        {STANDINGS[standing].word}
        {tries > 0 && <span className="text-text-3"> · {count(tries, "repair")}</span>}
      </span>
    ),
  },
];

/** Target against actual for every account of an intent: who is where, and why not. */
export function Convergence({ found }: { found: Found }) {
  const { converged, accounts, orphans, repairing, until, parts } = found;
  return (
    <Card
      flush
      title={`${converged} of ${accounts} converged, ${count(orphans, "orphan")}`}
      aside={repairing && until && <Badge tone="warn">repairs until {timeOfDay(until)}</Badge>}
    >
      <div className="px-4 pb-3">
        <Dots
          label="Convergence by account"
          dots={parts.map((part) => ({ key: part.account, label: part.account_name, says: STANDINGS[part.standing].word, sign: STANDINGS[part.standing].sign, tone: STANDINGS[part.standing].tone }))}
        />
      </div>
      <Table
        label="Target and actual"
        columns={COLUMNS}
        rows={parts}
        rowKey={({ account }) => account}
        detail={({ reason }) => reason && <p className="whitespace-normal text-12 text-text-2">{reason}</p>}
        empty={<Empty>The intent is for no account.</Empty>}
      />
    </Card>
  );
}
