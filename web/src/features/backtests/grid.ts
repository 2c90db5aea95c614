import type { Parameter } from "~/api/types";
import { parameterProblem } from "~/ui/parameters";

const MOST = 1000;
const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)$/;

const placesOf = (text: string): number => text.split(".")[1]?.length ?? 0;

function range(text: string): string[] | null {
  const [from = "", to = "", step = "1"] = text.split(":").map((part) => part.trim());
  if (![from, to, step].every((part) => PLAIN.test(part)) || Number(step) <= 0 || Number(to) < Number(from)) {
    return null;
  }
  const places = Math.max(placesOf(from), placesOf(step));
  const count = Math.floor((Number(to) - Number(from)) / Number(step) + 1e-9) + 1;
  return count > MOST ? null : Array.from({ length: count }, (_, place) => (Number(from) + place * Number(step)).toFixed(places));
}

/** The values that "5:50:5" or "5, 10, 20" stand for; null for what cannot be read. */
export function readValues(text: string): string[] | null {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  const values = parts.flatMap((part) => (part.includes(":") ? (range(part) ?? [null]) : [part]));
  const known = values.filter((value) => value !== null);
  return parts.length === 0 || known.length < values.length || known.length > MOST ? null : [...new Set(known)];
}

/** What is wrong with the values of a parameter; null when nothing is. */
export function valuesProblem(field: Parameter, text: string): string | null {
  const values = readValues(text);
  if (values === null) {
    return "Values such as 5, 10, 20 or a range from:to:step such as 5:50:5";
  }
  for (const value of values) {
    const problem = parameterProblem(field, value);
    if (problem) {
      return `${value}: ${problem.charAt(0).toLowerCase()}${problem.slice(1)}`;
    }
  }
  return null;
}

/** A range to begin with: the parameter's own, in its own steps. */
export function usualValues(field: Parameter): string {
  if (field.choices.length > 0) {
    return field.choices.join(", ");
  }
  if (field.kind === "bool") {
    return "true, false";
  }
  const { low, high, step } = field;
  if (typeof low !== "number" || typeof high !== "number") {
    return String(field.default ?? "");
  }
  const wide = high - low;
  const own = typeof step === "number" && wide / step <= 40 ? step : field.kind === "int" ? Math.max(1, Math.ceil(wide / 8)) : Number((wide / 8).toPrecision(2));
  return `${low}:${high}:${own}`;
}
