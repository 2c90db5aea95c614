import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { accountsQuery } from "~/api/accounts";
import { Problem } from "~/api/problem";
import type { AccountSummary } from "~/api/types";
import { cx } from "~/lib/cx";
import { distance, warnAt } from "~/lib/limits";
import { Empty } from "~/ui/empty";
import { Meter } from "~/ui/meter";
import { Figure } from "~/ui/number";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { nearest, readiness } from "./states";

const TONES = { plain: "text-text-3", warn: "text-warn", danger: "text-danger" } as const;

function Tile({ account }: { account: AccountSummary }) {
  const { text, tone } = readiness(account);
  const meter = nearest(account.limits);
  return (
    <Link
      to="/accounts/$id"
      params={{ id: account.id }}
      className="block min-w-max flex-1 snap-start border-r border-line px-3.5 py-2 last:border-r-0 hover:bg-hover"
    >
      <span className="flex justify-between gap-2 text-12">
        <span className="truncate text-text-2">{account.name}</span>
        <span className={cx("whitespace-nowrap", TONES[tone])} title={account.state.reason}>
          {text}
        </span>
      </span>
      <span className="mt-px flex items-baseline justify-between gap-4">
        <Figure value={account.equity} currency={account.currency} className="text-16 font-semibold" why="There is no price for something it holds" />
        <Figure value={account.day_pnl} currency={account.currency} tone="change" className="text-12" why="The session has no opening equity yet" />
      </span>
      <span className="mt-1.5 block">
        {meter ? <Meter size="thin" label={meter.label} used={Number(meter.fraction)} warnAt={warnAt(meter)} distance={distance(meter)} /> : <span className="block h-1" />}
      </span>
    </Link>
  );
}

/** All accounts across the top of the desk: equity, the day, and the limit that is nearest. */
export function AccountStrip({ workspace }: { workspace: string }) {
  const { data, error, refetch } = useQuery(accountsQuery(workspace));
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  return (
    <section aria-label="Accounts" className="scroll-quiet flex min-h-[70px] snap-x overflow-x-auto bg-panel">
      {!data &&
        Array.from({ length: 5 }, (_, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- placeholders have no identity
          <span key={index} className="grid flex-1 content-center gap-2 border-r border-line px-3.5">
            <Skeleton className="h-3 w-20" />
            <Skeleton className="h-4 w-28" />
          </span>
        ))}
      {data?.map((account) => (
        <Tile key={account.id} account={account} />
      ))}
      {data?.length === 0 && (
        <div className="w-full">
          <Empty action={<Link to="/accounts" className="text-accent underline">Add a paper account</Link>}>There is no account yet.</Empty>
        </div>
      )}
    </section>
  );
}
