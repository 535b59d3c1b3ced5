/** Finding a case among hundreds as one types: a folded scan in memory, which needs no index. */
import { type CaseListItem, fold, next_hearing, payment_stopped } from "../cases/rules.ts";
import { type Day, days_between } from "../ui/when.ts";

export type Filter = "reply" | "hearing" | "stopped" | "violence" | "pinned";

export const FILTERS: readonly Filter[] = ["reply", "hearing", "stopped", "violence", "pinned"];

const HEARING_SOON_DAYS = 14;
/** Made once: asking text to compare itself makes one each time. */
const ORDER = new Intl.Collator();

/** A case with what the filters ask of it, worked out once a day rather than at each keystroke. */
export interface CaseRow {
  item: CaseListItem;
  marks: Record<Filter, boolean>;
  hearing_on: Day | null;
  due_on: Day | null;
}

/** What was worked out for an item, as long as nothing about it changed: an item that comes anew is another object. */
interface Worked {
  today: Day;
  pinned: boolean;
  row: CaseRow;
  name: string;
}

const worked = new WeakMap<CaseListItem, Worked>();

/** The caseload in the order of the receiving parent's last name. */
export function case_rows(items: readonly CaseListItem[], now: number, today: Day, pinned: ReadonlySet<string> = new Set()): CaseRow[] {
  return items.map(item => work_out(item, now, today, pinned.has(item.scope)))
    .sort((one, other) => ORDER.compare(one.name, other.name)).map(({ row }) => row);
}

function work_out(item: CaseListItem, now: number, today: Day, pinned: boolean): Worked {
  const before = worked.get(item);
  if (before?.today === today && before.pinned === pinned) return before;
  const made = { today, pinned, row: case_row(item, now, today, pinned), name: before?.name ?? sort_name(item) };
  worked.set(item, made);
  return made;
}

/** Those that have every word of the query and every mark asked for. */
export function find_cases(rows: readonly CaseRow[], query: string, wanted: ReadonlySet<Filter>): CaseRow[] {
  const tokens = fold(query).split(" ").filter(Boolean);
  const filters = [...wanted];
  return rows.filter(row => filters.every(filter => row.marks[filter]) && tokens.every(token => row.item.folded.includes(token)));
}

function case_row(item: CaseListItem, now: number, today: Day, pinned: boolean): CaseRow {
  const hearing_on = next_hearing(item.hearings, now)?.starts_local.slice(0, 10) ?? null;
  const due_on = item.threads.map(thread => thread.due_on).filter(due => due !== null).sort()[0] ?? null;
  const marks = {
    reply: due_on !== null,
    hearing: hearing_on !== null && days_between(today, hearing_on) <= HEARING_SOON_DAYS,
    stopped: payment_stopped(item, today),
    violence: item.violence,
    pinned,
  };
  return { item, marks, hearing_on, due_on };
}

function sort_name(item: CaseListItem): string {
  const name = item.receiving || item.paying;
  return fold(`${name.slice(name.lastIndexOf(" ") + 1)} ${name}`) || item.case_number;
}
