const WIDTH = 60;
const HEIGHT = 16;

/** How a part of one went: a small line between nothing and the limit. */
export function Trend({ label, values }: { label: string; values: readonly string[] }) {
  if (values.length < 2) {
    return null;
  }
  const parts = values.map((value) => Math.min(1, Math.max(0, Number(value))));
  const step = WIDTH / (parts.length - 1);
  const path = parts.map((part, place) => `${place === 0 ? "M" : "L"}${(place * step).toFixed(1)} ${(HEIGHT - 1 - part * (HEIGHT - 2)).toFixed(1)}`).join("");
  const first = Math.round((parts[0] ?? 0) * 100);
  const last = Math.round((parts.at(-1) ?? 0) * 100);
  return (
    <svg role="img" aria-label={`${label}: from ${first} to ${last} per cent`} width={WIDTH} height={HEIGHT} className="block">
      <line x1={0} x2={WIDTH} y1={1} y2={1} className="stroke-line" />
      <path d={path} fill="none" strokeWidth={1.5} className={last >= 90 ? "stroke-danger" : last >= 70 ? "stroke-warn" : "stroke-text-3"} />
    </svg>
  );
}
