/** Every case a worker holds, searched as one types. At most fifty rows are drawn at once. */
import { count, fill } from "../i18n/fill.ts";
import { batch, computed, signal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { names_of } from "../cases/names.ts";
import { language, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { cases, own, state } from "../store/live.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Mark } from "../ui/Card.tsx";
import { now, today } from "../ui/clock.ts";
import { SearchField } from "../ui/Field.tsx";
import { Fresh } from "../ui/Fresh.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Pages } from "../ui/Pages.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Loading, Nothing } from "../ui/States.tsx";
import { type CaseRow, case_rows, FILTERS, type Filter, find_cases } from "./rules.ts";

const DRAWN = 50;
/** More than a phone's screen holds: what a new search shows at once, the rest follows after the paint. */
const AT_ONCE = 16;

/** Kept while the app is open, so that coming back from a case finds the same list. */
const query = signal("");
/** What the list shows: follows the query after the letter itself is on the screen. */
const asked = signal("");
const wanted = signal<ReadonlySet<Filter>>(new Set());
const from = signal(0);
const drawn = signal(AT_ONCE);
const rows = computed(() => case_rows(cases.value, now.peek(), today.value, new Set(own.value.pins.map(pin => pin.case_id))));
const found = computed(() => find_cases(rows.value, asked.value, wanted.value));

const made = new WeakMap<CaseRow, { node: VNode; said: unknown }>();

export function Caseload(_: { params: Params }) {
  const { caseload, home } = words();
  const { needs_you } = state.value;
  return (
    <Screen title={caseload.title} wide>
      {needs_you > 0 && <Banner tone="care"><p>{count(home.needs_you, needs_you)} <a href="/attention">{home.needs_you_link}</a></p></Banner>}
      {cases.value.length === 0 ? <NoCases /> : (
        <>
          <div class="finder"><Query /><Filters /></div>
          <HowMany />
          <Found />
        </>
      )}
      <Fresh />
    </Screen>
  );
}

function Query() {
  return <SearchField label={words().caseload.search} value={query.value} onInput={look_for} />;
}

function HowMany() {
  const { caseload } = words();
  const n = found.value.length;
  const all = cases.value.length;
  return (
    <p role="status" class="soft">
      {n === all ? count(caseload.found, n) : count(caseload.found_of, n, { all })}{state.value.wanted > 0 && <> · {caseload.loading}</>}
    </p>
  );
}

function look_for(text: string): void {
  query.value = text;
  requestAnimationFrame(() => setTimeout(show_found));
}

function turn(to: number): void {
  from.value = to;
}

function show_found(): void {
  if (asked.value === query.value) return;
  batch(() => {
    asked.value = query.value;
    from.value = 0;
    drawn.value = AT_ONCE;
  });
}

function draw_all(): void {
  requestAnimationFrame(() => setTimeout(() => { drawn.value = DRAWN; }));
}

function toggle(filter: Filter): void {
  const next = new Set(wanted.value);
  if (!next.delete(filter)) next.add(filter);
  wanted.value = next;
  from.value = 0;
}

function Filters() {
  const { caseload } = words();
  return (
    <div class="filters" role="group" aria-label={caseload.filters}>
      {FILTERS.map(filter => (
        <button key={filter} type="button" class="filter" aria-pressed={wanted.value.has(filter)} onClick={() => { toggle(filter); }}>
          {wanted.value.has(filter) && <Icon name="check" size={18} />}{caseload.filter[filter]}
        </button>
      ))}
    </div>
  );
}

function Found() {
  const { caseload } = words();
  const clear = () => {
    look_for("");
    wanted.value = new Set();
  };
  const at_once = drawn.value;
  useEffect(() => { if (at_once < DRAWN) draw_all(); }, [at_once, found.value]);
  if (found.value.length === 0) {
    return <Nothing icon="search" title={caseload.none_title} action={<Button onPress={clear}>{caseload.clear}</Button>}>{caseload.none}</Nothing>;
  }
  return (
    <Pages items={found.value} size={DRAWN} from={from.value} onTurn={turn}>
      {part => <ul class="card rows">{part.slice(0, at_once).map(row_of)}</ul>}
    </Pages>
  );
}

/** A row that did not change is not gone through again. */
function row_of(row: CaseRow): VNode {
  const before = made.get(row);
  if (before && before.said === words()) return before.node;
  const node = <Row key={row.item.scope} row={row} />;
  made.set(row, { node, said: words() });
  return node;
}

function Row({ row: { item, marks, hearing_on, due_on } }: { row: CaseRow }) {
  const { caseload, home } = words();
  const day = (on: string) => say_day(language.value, on, today.value);
  const children = names_of(item.children, home.and);
  return (
    <li>
      <a class="row case-row" href={`/case/${item.scope}`}>
        <span class="row-text">
          <span class="row-title">{item.receiving || caseload.no_name}{"\u00a0"}· {item.paying || caseload.no_name}</span>
          <span class="soft">{item.case_number}{children && `\u00a0· ${children}`}</span>
        </span>
        <span class="marks">
          {marks.pinned && <Mark icon="place">{caseload.filter.pinned}</Mark>}
          {marks.violence && <Mark tone="bad" icon="shield">{caseload.safety}</Mark>}
          {due_on && <Mark tone={due_on < today.value ? "bad" : "care"}>{fill(caseload.reply_due, { day: day(due_on) })}</Mark>}
          {hearing_on && <Mark>{fill(caseload.hearing_on, { day: day(hearing_on) })}</Mark>}
          {marks.stopped && <Mark>{caseload.stopped}</Mark>}
          {item.status === "closed" && <Mark>{caseload.closed}</Mark>}
        </span>
      </a>
    </li>
  );
}

function NoCases() {
  const { caseload, home } = words();
  const { phase, wanted: missing, checked_at } = state.value;
  if (missing > 0 || phase === "syncing" || phase === "starting") return <Loading say={caseload.loading} />;
  if (checked_at === null) return <Nothing icon="offline" title={home.offline_title}>{home.offline}</Nothing>;
  return <Nothing icon="people" title={caseload.empty_title}>{caseload.empty}</Nothing>;
}
