import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Dialog } from "~/ui/dialog";
import { Icon } from "~/ui/icon";
import { PLACES } from "./navigation";

const ITEM = "flex min-h-12 flex-col items-center justify-center gap-0.5 text-11 text-text-3 data-[status=active]:text-accent";

/** The bottom bar of a phone: four places, and the others behind "More" with the brake. */
export function PhoneBar({ halt }: { halt: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <nav aria-label="Pages" className="grid shrink-0 grid-cols-5 border-t border-line bg-panel pb-[env(safe-area-inset-bottom)] md:hidden">
      {PLACES.filter(({ phone }) => phone).map(({ to, label, icon }) => (
        <Link key={to} to={to} className={ITEM}>
          <Icon name={icon} />
          {label}
        </Link>
      ))}
      <button type="button" className={ITEM} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="more" />
        More
      </button>
      <Dialog title="More" open={open} width="small" onClose={() => setOpen(false)}>
        <div className="grid min-w-60 gap-1">
          {PLACES.filter(({ phone }) => !phone).map(({ to, label, icon }) => (
            <Link
              key={to}
              to={to}
              className="flex h-11 items-center gap-3 rounded-md px-2 text-text-2 hover:bg-raised data-[status=active]:text-accent"
              onClick={() => setOpen(false)}
            >
              <Icon name={icon} />
              {label}
            </Link>
          ))}
          <span className="flex justify-end border-t border-line pt-3">{halt}</span>
        </div>
      </Dialog>
    </nav>
  );
}
