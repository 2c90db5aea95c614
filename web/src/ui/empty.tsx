import type { ReactNode } from "react";

/** One sentence, one action. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-3 px-4 py-8 text-center text-text-2">
      <p className="max-w-96 whitespace-normal">{children}</p>
      {action}
    </div>
  );
}
