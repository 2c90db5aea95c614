import type { ReactNode } from "react";

/** The page before the desk: one card in the middle. */
export function IdentityFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid h-full place-items-center overflow-auto p-4">
      <div className="w-[380px] max-w-full rounded-md border border-line bg-panel p-6">
        <p className="pb-4 text-16 font-semibold">
          <span className="text-accent">B</span>idwell
        </p>
        <h1 className="pb-4 text-20 font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  );
}
