import { cx } from "~/lib/cx";

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cx("block animate-pulse rounded-sm bg-raised", className ?? "h-3 w-full")} />;
}

/** A title that is still on its way: a bar for the eye, a word for the ear. */
export function LoadingTitle({ className }: { className: string }) {
  return (
    <>
      <span className="sr-only">Loading</span>
      <Skeleton className={className} />
    </>
  );
}

const WIDTHS = ["w-24", "w-16", "w-20", "w-12"] as const;

/** Rows in the shape that the table will have. */
export function SkeletonRows({ columns, rows = 6 }: { columns: number; rows?: number }) {
  return Array.from({ length: rows }, (_, row) => (
    // oxlint-disable-next-line react/no-array-index-key -- placeholders have no identity
    <tr key={row} aria-hidden="true" className="row-height border-b border-faint">
      {Array.from({ length: columns }, (_, column) => (
        // oxlint-disable-next-line react/no-array-index-key -- placeholders have no identity
        <td key={column} className="px-2.5 first:pl-3.5">
          <Skeleton className={cx("h-2.5", WIDTHS[(row + column) % WIDTHS.length], column > 0 && "ml-auto")} />
        </td>
      ))}
    </tr>
  ));
}
