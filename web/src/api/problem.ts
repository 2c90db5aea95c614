import { capital } from "~/lib/words";

/** One answer of the API that is not a success: problem+json as a value that can be thrown and shown. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly hint: string | undefined;
  readonly field: string | undefined;
  readonly fields: ReadonlyMap<string, string>;
  readonly requestId: string | undefined;

  constructor(status: number, body: unknown) {
    const problem = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    const text = (name: string): string | undefined => {
      const value = problem[name];
      return typeof value === "string" && value ? value : undefined;
    };
    // The desk's own titles are the names of HTTP statuses: its sentence says more, and stands first where there is one.
    const said = text("detail");
    const title = said && status !== 0 ? capital(said) : (text("title") ?? `The desk answered ${status}`);
    super(title);
    this.name = "Problem";
    this.status = status;
    this.title = title;
    this.code = text("code") ?? (status === 0 ? "unreachable" : `http_${status}`);
    this.hint = text("hint");
    this.detail = [status === 0 ? said : undefined, this.hint].filter(Boolean).join("\n");
    this.field = text("field");
    this.requestId = text("request_id");
    const errors = Array.isArray(problem["errors"]) ? (problem["errors"] as { field?: unknown; detail?: unknown }[]) : [];
    this.fields = new Map([
      ...errors.map((error) => [String(error.field ?? ""), String(error.detail ?? "")] as const),
      ...(this.field ? [[this.field, said ?? title] as const] : []),
    ]);
  }

  static from(error: unknown): Problem {
    if (error instanceof Problem) {
      return error;
    }
    return new Problem(0, {
      title: "Something in this page went wrong",
      code: "page_error",
      detail: error instanceof Error ? error.message : String(error),
      hint: "Reload the page. If it comes back, copy the details into an issue.",
    });
  }
}

export const UNREACHABLE = {
  title: "The desk cannot be reached",
  code: "unreachable",
  detail: "No answer came from the desk's process.",
  hint: "Check that ./bidwell up is running. Orders already at the broker go on working.",
};
