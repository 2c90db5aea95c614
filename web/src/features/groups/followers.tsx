import { FOLLOWING, type Follower, type GroupStanding, STANDINGS } from "~/api/convergence";
import { Dots } from "~/ui/dots";
import { Empty } from "~/ui/empty";
import { Figure } from "~/ui/number";
import { Card } from "~/ui/panel";
import { type Column, Table } from "~/ui/table";

/** Where everyone in a group stands: followers to their leader, the others to the group's last intent. */
export function StandingStrip({ standing }: { standing: GroupStanding | undefined }) {
  if (!standing) {
    return null;
  }
  const followers = standing.followers.map((each) => ({
    key: `${each.account} ${each.leader_instrument}`,
    label: each.account_name,
    says: `${each.leader_symbol} ${FOLLOWING[each.following].word}`,
    sign: FOLLOWING[each.following].sign,
    tone: FOLLOWING[each.following].tone,
  }));
  const parts = (standing.convergence?.parts ?? []).map((each) => ({
    key: each.account,
    label: each.account_name,
    says: STANDINGS[each.standing].word,
    sign: STANDINGS[each.standing].sign,
    tone: STANDINGS[each.standing].tone,
  }));
  const dots = followers.length > 0 ? followers : parts;
  return dots.length > 0 ? <Dots label="Where its accounts stand" dots={dots} names={false} /> : <span className="text-text-3">nothing sent yet</span>;
}

const COLUMNS: readonly Column<Follower>[] = [
  { id: "account", header: "Follower", align: "left", sort: (row) => row.account_name, cell: (row) => row.account_name },
  { id: "symbol", header: "Trades", align: "left", cell: (row) => <span className="text-text-2">{row.symbol === row.leader_symbol ? row.symbol : `${row.leader_symbol} → ${row.symbol}`}</span> },
  { id: "leader", header: "Leader", from: "sm", cell: (row) => <Figure value={row.leader_position} signed /> },
  { id: "target", header: "Target", cell: (row) => <Figure value={row.target} signed /> },
  { id: "actual", header: "Actual", cell: (row) => <Figure value={row.actual} signed /> },
  { id: "drift", header: "Drift", from: "sm", cell: (row) => <Figure value={row.drift} signed /> },
  {
    id: "stands",
    header: "Stands",
    cell: (row) => (
      <span>
        <span aria-hidden="true">{FOLLOWING[row.following].sign} </span>
        {FOLLOWING[row.following].word}
      </span>
    ),
  },
];

/** What each follower holds against its part of what the leader holds. */
export function Followers({ standing, leader }: { standing: GroupStanding | undefined; leader: string }) {
  return (
    <Card title="Followers" flush>
      <Table
        label="Followers"
        columns={COLUMNS}
        rows={standing?.followers}
        rowKey={(row) => `${row.account} ${row.leader_instrument}`}
        detail={({ reason }) => reason && <p className="whitespace-normal text-12 text-text-2">{reason}</p>}
        empty={<Empty>{leader} has traded nothing since this group follows. Its next fill is copied.</Empty>}
      />
    </Card>
  );
}
