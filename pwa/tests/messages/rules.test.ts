import { expect, test } from "vitest";
import { list_item } from "../../src/cases/rules.ts";
import { inbox, is_unread, last_heard, may_send, message_state, reply_clock, thread_lines, unread } from "../../src/messages/rules.ts";
import type { OutboxItem, OutboxState } from "../../src/store/model.ts";
import { NEW_OWN } from "../../src/store/boxes.ts";
import { message_read } from "../../src/messages/twin.ts";
import { make_case, make_message, MASKS, TODAY } from "../make_case.ts";

const outbox = (n: number, state: OutboxState): OutboxItem => ({ n, id: `o${n}`, name: "message.send", v: 1, scope: "scope", args: {}, at: "2026-11-21T10:00:00Z", state });

test("what is only on this phone stands last, in the order it was written", () => {
  const lines = thread_lines([
    make_message({ body: "third", outbox: outbox(7, "saved") }), make_message({ body: "second", outbox: outbox(6, "sending") }),
    make_message({ body: "first" }), make_message({ body: "other", thread: "ncp" }),
  ], "cp");
  expect(lines.map(line => line.message.body)).toEqual(["first", "second", "third"]);
});

test("a message is never called sent before the agency has it", () => {
  expect(message_state(make_message({ outbox: outbox(1, "saved") }))).toBe("saved");
  expect(message_state(make_message({ outbox: outbox(1, "sending") }))).toBe("sending");
  expect(message_state(make_message())).toBe("received");
  expect(message_state(make_message({ answered_at: "2026-11-21T10:00:00Z" }))).toBe("answered");
});

test("refused and parked both need their writer", () => {
  expect(message_state(make_message({ outbox: outbox(1, "refused") }))).toBe("needs_you");
  expect(message_state(make_message({ outbox: outbox(1, "parked") }))).toBe("needs_you");
});

test("a day is opened by its first message alone", () => {
  const lines = thread_lines([make_message({ received_at: "2026-11-19T15:00:00Z" }), make_message({ received_at: "2026-11-19T15:05:00Z" }), make_message({ received_at: "2026-11-20T15:00:00Z" })], "cp");
  expect(lines.map(line => line.opens_day)).toEqual([true, false, true]);
});

test("the clock shows the earliest answer due, and is overdue only after that day", () => {
  const messages = [make_message({ answer_due_on: "2026-11-25" }), make_message({ answer_due_on: "2026-11-21" })];
  expect(reply_clock(messages, "cp", TODAY)).toEqual({ due_on: "2026-11-21", overdue: false, waiting: 2 });
  expect(reply_clock(messages, "cp", "2026-11-22")?.overdue).toBe(true);
});

test("no clock runs for answered messages, for the team's own, or for what was not sent", () => {
  const messages = [make_message({ answered_at: "2026-11-20T16:00:00Z" }), make_message({ from_party: false, answer_due_on: null }), make_message({ outbox: outbox(1, "saved"), answer_due_on: null })];
  expect(reply_clock(messages, "cp", TODAY)).toBeNull();
});

test("the inbox has those that wait first, by their day, then the latest", () => {
  const make = (scope: string, changes: object) => list_item(make_case({ scope, mask: MASKS.staff, messages: [make_message(changes)] }));
  const rows = inbox([
    make("old", { answer_due_on: null, received_at: "2026-11-01T10:00:00Z" }), make("later", { answer_due_on: "2026-11-28" }),
    make("new", { answer_due_on: null, received_at: "2026-11-19T10:00:00Z" }), make("soon", { answer_due_on: "2026-11-24" }),
  ]);
  expect(rows.map(row => row.item.scope)).toEqual(["soon", "later", "new", "old"]);
});

test("spaces are not a message, and 4,000 letters are the most", () => {
  expect([" \n ", "a", "a".repeat(4000), "a".repeat(4001)].map(may_send)).toEqual([false, true, true, false]);
});

const mark = (read_at: string) => ({ id: "m", thread: "cp", read_at });

test("a conversation is new when the other end wrote after it was last read", () => {
  const theirs = { thread: "cp", last_at: "2026-11-20T15:00:00Z", last_from_party: false };
  expect(is_unread(theirs, false, [])).toBe(true);
  expect(is_unread(theirs, false, [mark("2026-11-20T14:00:00Z")])).toBe(true);
  expect(is_unread(theirs, false, [mark("2026-11-20T15:00:00Z")])).toBe(false);
  expect(is_unread(theirs, true, [])).toBe(false);
});

test("the count is of conversations, not of messages", () => {
  const items = [list_item(make_case({ messages: [make_message({ from_party: false }), make_message({ from_party: false })] })), list_item(make_case())];
  expect(unread(items, [])).toBe(1);
});

test("what was read is the other end's last word, not one's own and not what is still on this phone", () => {
  const messages = [make_message({ from_party: false, received_at: "2026-11-20T10:00:00Z" }), make_message({ received_at: "2026-11-20T12:00:00Z" })];
  expect(last_heard(messages, "cp", false)).toBe("2026-11-20T10:00:00Z");
  expect(last_heard([], "cp", false)).toBeNull();
});

test("on the phone too a mark never goes back", () => {
  const item = (read_at: string): OutboxItem => ({ ...outbox(1, "saved"), name: "message.read", args: { thread: "cp", read_at } });
  const once = message_read(NEW_OWN, item("2026-11-20T12:00:00Z"));
  expect(message_read(once, item("2026-11-20T10:00:00Z"))).toBe(once);
  expect(message_read(once, item("2026-11-20T13:00:00Z")).reads.map(one => one.read_at)).toEqual(["2026-11-20T13:00:00Z"]);
});
