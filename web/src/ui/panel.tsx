import type { ReactNode } from "react";
import { cx } from "~/lib/cx";

/** A titled region of a page. */
export function Panel({ title, aside, children, className }: { title: string; aside?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <section aria-label={title} className={cx("flex min-h-0 min-w-0 flex-col bg-panel", className)}>
      <div className="flex h-9 shrink-0 items-center justify-between gap-2 border-b border-line px-3.5">
        <h2 className="text-11 font-semibold uppercase tracking-wide text-text-2">{title}</h2>
        {aside}
      </div>
      <div className="min-h-0 flex-1 overflow-auto">{children}</div>
    </section>
  );
}

/** A page of cards: its heading, what can be done, its content in a readable measure. */
export function Page({ title, actions, children, wide = false }: { title: ReactNode; actions?: ReactNode; children: ReactNode; wide?: boolean }) {
  return (
    <div className="h-full overflow-auto">
      <div className={cx("mx-auto flex flex-col gap-4 p-4", wide ? "max-w-[1280px]" : "max-w-[960px]")}>
        <div className="flex min-h-8 flex-wrap items-center gap-2">
          <h1 className="text-16 font-semibold">{title}</h1>
          <span className="flex-1" />
          {actions}
        </div>
        {children}
      </div>
    </div>
  );
}

export function Card({ title, aside, children, flush = false }: { title?: ReactNode; aside?: ReactNode; children: ReactNode; flush?: boolean }) {
  return (
    <section className="min-w-0 rounded-md border border-line bg-panel">
      {title && (
        <div className="flex min-h-10 flex-wrap items-center gap-2 px-4 py-2">
          <h2 className="text-14 font-semibold">{title}</h2>
          <span className="flex-1" />
          {aside}
        </div>
      )}
      <div className={cx(flush ? "overflow-hidden" : "px-4 pb-4", !title && !flush && "pt-4")}>{children}</div>
    </section>
  );
}
