import { Link } from "@tanstack/react-router";
import { cx } from "~/lib/cx";
import { usePreferences } from "~/lib/preferences";
import { Icon } from "~/ui/icon";
import { PLACES } from "./navigation";

/** Where one can go: icons on 56 px, with their names on 200. */
export function Rail() {
  const { railOpen, set } = usePreferences();
  return (
    <nav
      aria-label="Pages"
      className={cx("flex shrink-0 flex-col gap-1 border-r border-line bg-panel p-2 max-md:hidden", railOpen ? "w-[200px]" : "w-14")}
    >
      {PLACES.map(({ to, label, icon }) => (
        <Link
          key={to}
          to={to}
          title={railOpen ? undefined : label}
          className="flex h-10 items-center gap-3 rounded-md px-[10px] text-text-3 hover:text-text data-[status=active]:bg-raised data-[status=active]:text-accent"
        >
          <Icon name={icon} size={19} />
          <span className={railOpen ? undefined : "sr-only"}>{label}</span>
        </Link>
      ))}
      <span className="flex-1" />
      <button
        type="button"
        aria-expanded={railOpen}
        aria-label={railOpen ? "Narrow the navigation" : "Widen the navigation"}
        className="flex h-10 items-center rounded-md px-[10px] text-text-3 hover:text-text"
        onClick={() => set({ railOpen: !railOpen })}
      >
        <Icon name="menu" size={19} />
      </button>
    </nav>
  );
}
