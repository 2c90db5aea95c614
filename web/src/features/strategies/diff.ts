/** One line of a difference; numbers count from 1 in the text that has the line. */
export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  before: number | null;
  after: number | null;
}

const MOST_CELLS = 4_000_000;

/** The longest common run of lines, by the table of lengths; texts too long for it are shown as replaced. */
function middle(one: readonly string[], two: readonly string[]): DiffLine[] {
  const removed = one.map((text): DiffLine => ({ kind: "removed", text, before: null, after: null }));
  const added = two.map((text): DiffLine => ({ kind: "added", text, before: null, after: null }));
  if (one.length * two.length > MOST_CELLS || one.length === 0 || two.length === 0) {
    return [...removed, ...added];
  }
  const width = two.length + 1;
  const lengths = new Uint32Array((one.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = one.length - 1; row >= 0; row -= 1) {
    for (let column = two.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] = one[row] === two[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const found: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < one.length || column < two.length) {
    if (row < one.length && column < two.length && one[row] === two[column]) {
      found.push({ kind: "same", text: one[row] ?? "", before: null, after: null });
      row += 1;
      column += 1;
    } else if (column >= two.length || (row < one.length && at(row + 1, column) >= at(row, column + 1))) {
      found.push({ kind: "removed", text: one[row] ?? "", before: null, after: null });
      row += 1;
    } else {
      found.push({ kind: "added", text: two[column] ?? "", before: null, after: null });
      column += 1;
    }
  }
  return found;
}

/** What makes the second text out of the first, line by line. */
export function diffLines(before: string, after: string): DiffLine[] {
  const one = before.split("\n");
  const two = after.split("\n");
  let head = 0;
  while (head < one.length && head < two.length && one[head] === two[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < one.length - head && tail < two.length - head && one[one.length - 1 - tail] === two[two.length - 1 - tail]) {
    tail += 1;
  }
  const same = (text: string): DiffLine => ({ kind: "same", text, before: null, after: null });
  const lines = [
    ...one.slice(0, head).map(same),
    ...middle(one.slice(head, one.length - tail), two.slice(head, two.length - tail)),
    ...one.slice(one.length - tail).map(same),
  ];
  let left = 0;
  let right = 0;
  return lines.map((line) => ({
    ...line,
    before: line.kind === "added" ? null : (left += 1),
    after: line.kind === "removed" ? null : (right += 1),
  }));
}

/** The changed lines with some around them; null stands where lines are left out. */
export function hunks(lines: readonly DiffLine[], around = 3): (DiffLine | null)[] {
  const near = lines.map((_, place) => lines.slice(Math.max(0, place - around), place + around + 1).some(({ kind }) => kind !== "same"));
  return lines.flatMap((line, place) => (near[place] ? [line] : near[place - 1] || place === 0 ? [null] : []));
}
