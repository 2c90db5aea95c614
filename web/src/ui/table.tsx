import { type ColumnDef, createSortedRowModel, rowSortingFeature, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Fragment, type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { cx } from "~/lib/cx";
import { type Decimal, parseDecimal } from "~/lib/decimal";
import { SkeletonRows } from "./skeleton";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
type Features = typeof features;

type Sortable = string | number | Decimal | null | undefined;

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Left for words, right (the default) for figures. */
  align?: "left" | "right";
  /** Makes the header a sort button. Decimal texts sort by value. */
  sort?: (row: Row) => Sortable;
  /** Hidden while the table is narrower than this. */
  from?: "sm" | "md" | "lg";
  className?: string;
}

interface TableProps<Row extends object> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  /** Enter or click. */
  onOpen?: ((row: Row) => void) | undefined;
  selected?: string | undefined;
  /** Shown instead of rows when there are none. */
  empty?: ReactNode;
  /** A full-width line under a row: its reason, its rules. */
  detail?: ((row: Row) => ReactNode) | undefined;
  dimmed?: (row: Row) => boolean;
  footer?: ReactNode;
}

const FROM = { sm: "hidden @min-[480px]:table-cell", md: "hidden @min-[640px]:table-cell", lg: "hidden @min-[860px]:table-cell" } as const;
const VIRTUAL_FROM = 80;

function compare(left: Sortable, right: Sortable): number {
  if (left == null || right == null) {
    return left == null ? (right == null ? 0 : -1) : 1;
  }
  const one = typeof left === "string" ? parseDecimal(left) : left;
  const two = typeof right === "string" ? parseDecimal(right) : right;
  if (one !== null && two !== null && typeof one === "object" && typeof two === "object") {
    return one.cmp(two);
  }
  return typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right));
}

function rowPixels(): number {
  return Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue("--row"), 10) || 28;
}

/** Rows under the arrow keys: up, down, page, home, end move, Enter opens. */
function moveFocus(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[event.key];
  const current = (event.target as HTMLElement).closest<HTMLTableRowElement>("tr[data-row]");
  if (step === undefined || !current || (event.target as HTMLElement).matches("input, select, textarea")) {
    return;
  }
  event.preventDefault();
  const rows = [...event.currentTarget.querySelectorAll<HTMLTableRowElement>("tr[data-row]")];
  const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(current) + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

export function Table<Row extends object>(props: TableProps<Row>) {
  const { label, columns, rows, rowKey, onOpen, selected, empty, detail, dimmed, footer } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | undefined>(undefined);
  const definitions = useMemo<ColumnDef<Features, Row, unknown>[]>(
    () =>
      columns.map((column) => ({
        id: column.id,
        header: column.header,
        accessorFn: (row: Row) => column.sort?.(row) ?? null,
        enableSorting: column.sort !== undefined,
        sortFn: (one, two, id) => compare(one.getValue<Sortable>(id), two.getValue<Sortable>(id)),
      })),
    [columns],
  );
  const data = useMemo(() => [...(rows ?? [])], [rows]);
  const table = useTable<Features, Row>({ features, columns: definitions, data, getRowId: rowKey });
  const sorted = table.getRowModel().rows;
  const virtual = sorted.length > VIRTUAL_FROM && !detail;
  const virtualizer = useVirtualizer({
    count: virtual ? sorted.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: rowPixels,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const shown = virtual ? items.flatMap((item) => sorted[item.index] ?? []) : sorted;
  const above = virtual ? (items[0]?.start ?? 0) : 0;
  const below = virtual ? virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  const tabStop = shown.some((row) => row.id === active) ? active : (shown.find((row) => row.id === selected) ?? shown[0])?.id;
  const alignment = (column: Column<Row>): string =>
    cx("px-2 @min-[480px]:px-2.5 first:pl-3.5 last:pr-3.5", column.align === "left" ? "text-left" : "text-right", column.from && FROM[column.from]);

  return (
    <div ref={scroller} className={cx("@container h-full", rows ? "overflow-auto" : "overflow-hidden")}>
      <table className="w-full border-collapse" aria-label={label} aria-rowcount={virtual ? sorted.length + 1 : undefined}>
        <thead>
          <tr>
            {columns.map((column) => {
              const model = table.getColumn(column.id);
              const order = model?.getIsSorted();
              return (
                <th
                  key={column.id}
                  scope="col"
                  aria-sort={order ? (order === "asc" ? "ascending" : "descending") : undefined}
                  className={cx(
                    "sticky top-0 z-10 h-[26px] whitespace-nowrap border-b border-line bg-panel text-11 font-medium text-text-3",
                    alignment(column),
                  )}
                >
                  {column.sort ? (
                    <button type="button" className="hover:text-text" onClick={() => model?.toggleSorting()}>
                      {column.header}
                      {order && <span aria-hidden="true">{order === "asc" ? " ↑" : " ↓"}</span>}
                    </button>
                  ) : (
                    column.header
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- one listener moves between the focusable rows inside */}
        <tbody onKeyDown={moveFocus}>
          {rows === undefined && <SkeletonRows columns={columns.length} />}
          {rows?.length === 0 && empty && (
            <tr>
              <td colSpan={columns.length}>{empty}</td>
            </tr>
          )}
          {above > 0 && <tr aria-hidden="true" style={{ height: above }} />}
          {shown.map((row) => {
            const more = detail?.(row.original);
            return (
              <Fragment key={row.id}>
                <tr
                  data-row
                  tabIndex={row.id === tabStop ? 0 : -1}
                  aria-selected={selected === undefined ? undefined : row.id === selected}
                  aria-rowindex={virtual ? row.index + 2 : undefined}
                  className={cx(
                    "row-height border-b border-faint last:border-b-0 hover:bg-hover",
                    onOpen && "cursor-pointer",
                    row.id === selected && "bg-raised",
                    dimmed?.(row.original) && "opacity-60",
                  )}
                  onFocus={() => setActive(row.id)}
                  onClick={() => onOpen?.(row.original)}
                  onKeyDown={(event) => {
                    if (event.key === "Enter" && event.target === event.currentTarget && onOpen) {
                      // Otherwise this same key would press what the opened dialog puts under it.
                      event.preventDefault();
                      onOpen(row.original);
                    }
                  }}
                >
                  {columns.map((column) => (
                    <td key={column.id} className={cx("whitespace-nowrap", alignment(column), column.className)}>
                      {column.cell(row.original)}
                    </td>
                  ))}
                </tr>
                {more && (
                  <tr>
                    <td colSpan={columns.length} className="border-b border-faint px-3.5 pb-2">
                      {more}
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
          {below > 0 && <tr aria-hidden="true" style={{ height: below }} />}
        </tbody>
      </table>
      {footer}
    </div>
  );
}
