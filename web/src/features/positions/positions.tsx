import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { positionsQuery } from "~/api/orders";
import { Problem } from "~/api/problem";
import type { Position } from "~/api/types";
import { parseDecimal, placesOf } from "~/lib/decimal";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Figure } from "~/ui/number";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";

interface PositionsProps {
  workspace: string;
  account?: string;
  /** Writes a ticket that closes the position; left out where nobody may trade. */
  onClose?: ((position: Position) => void) | undefined;
}

function columns(onClose: PositionsProps["onClose"]): Column<Position>[] {
  const base: Column<Position>[] = [
    { id: "symbol", header: "Symbol", align: "left", sort: (position) => position.symbol, cell: (position) => position.symbol },
    { id: "account", header: "Account", align: "left", sort: (position) => position.account_name, cell: (position) => position.account_name },
    {
      id: "quantity",
      header: "Quantity",
      sort: (position) => position.quantity,
      cell: ({ quantity, shares }) => (
        <span title={shares.map((share) => `${share.strategy ?? "by hand"}: ${share.quantity}`).join("\n")}>
          <Figure value={quantity} signed />
        </span>
      ),
    },
    { id: "average", header: "Average", from: "sm", cell: (position) => <Figure value={position.average_price} places={placesOf(position.tick_size)} /> },
    { id: "last", header: "Last", from: "sm", cell: (position) => <Figure value={position.last} places={placesOf(position.tick_size)} why="No quote has come yet" /> },
    {
      id: "value",
      header: "Value",
      from: "md",
      sort: (position) => position.market_value,
      cell: (position) => <Figure value={position.market_value} currency={position.currency} why="There is no price to value it at" />,
    },
    {
      id: "unrealized",
      header: "Unrealized",
      sort: (position) => position.unrealized_pnl,
      cell: (position) => <Figure value={position.unrealized_pnl} currency={position.currency} tone="change" why="There is no price to value it at" />,
    },
    {
      id: "realized",
      header: "Realized",
      from: "md",
      sort: (position) => position.realized_pnl,
      cell: (position) => <Figure value={position.realized_pnl} currency={position.currency} tone="sign" />,
    },
    { id: "fees", header: "Fees", from: "lg", cell: (position) => <Figure value={position.fees} currency={position.currency} /> },
  ];
  return onClose
    ? [
        ...base,
        {
          id: "actions",
          header: "Actions",
          cell: (position) => (
            <Button size="small" tone="quiet" aria-label={`Close ${position.symbol} in ${position.account_name}`} onClick={() => onClose(position)}>
              Close…
            </Button>
          ),
        },
      ]
    : base;
}

/** What every account holds; the shares of strategies are told on hover of the quantity. */
export function Positions({ workspace, account, onClose }: PositionsProps) {
  const positions = useQuery(positionsQuery(workspace));
  const rows = useMemo(
    () => positions.data?.filter((position) => (!account || position.account === account) && !parseDecimal(position.quantity)?.isZero()),
    [positions.data, account],
  );
  const shape = useMemo(() => columns(onClose), [onClose]);
  if (positions.error) {
    return <ProblemBox problem={Problem.from(positions.error)} onRetry={() => void positions.refetch()} />;
  }
  return (
    <Table
      label="Positions"
      columns={shape}
      rows={rows}
      rowKey={(position) => `${position.account} ${position.instrument}`}
      empty={<Empty>{account ? "This account is flat." : "Every account is flat."}</Empty>}
    />
  );
}
