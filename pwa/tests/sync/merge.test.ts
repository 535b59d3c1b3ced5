import { describe, expect, test } from "vitest";
import { message_send } from "../../src/messages/twin.ts";
import { to_item } from "../../src/store/view.ts";
import { play, to_case } from "../../src/sync/merge.ts";
import type { LoadRow } from "../../src/wire.ts";
import { make_box, make_case_row, make_item, make_message_row } from "../make.ts";

const twins = { "message.send": message_send };

describe("a case", () => {
  test("is made of rows of one noun and one id, whatever audience they came for", () => {
    const extra: LoadRow = [8, 21, "a", 1, { office_code: "07" }];
    expect(to_case(make_box("a", { rows: [make_case_row("a"), extra] }))?.case).toMatchObject({ id: "a", case_number: "C-a", office_code: "07" });
  });

  test("skips a kind that only a newer version knows", () => {
    expect(to_case(make_box("a", { rows: [make_case_row("a"), [1, 9_990, "x", 1, {}]] }))?.messages).toEqual([]);
  });

  test("is not made of the agency's own scope", () => {
    expect(to_case(make_box("g", { rows: [[1, 10, "g", 1, { name: "Agency" }]] }))).toBeNull();
  });
});

describe("what is still in the outbox", () => {
  const held = to_case(make_box("a", { rows: [make_case_row("a"), make_message_row("m5", "text 5")] }));
  if (!held) throw new Error("no case");

  test("shows at once, with its state", () => {
    const seen = play(held, [to_item(make_item(6))], 5, twins);
    expect(seen.messages.at(-1)).toMatchObject({ id: "m6", body: "text 6", receipt: "", from_party: true, outbox: { state: "saved" } });
  });

  test("gives way to the real row once the boxes have its number", () => {
    const seen = play(held, [to_item(make_item(5))], 5, twins);
    expect(seen.messages).toEqual([expect.not.objectContaining({ outbox: expect.anything() as unknown })]);
  });

  test("stays in its place when it was refused", () => {
    const refused = make_item(3, { done: { n: 3, outcome: "refused", code: "forbidden", at: "2026-11-20T10:00:00Z" } });
    expect(play(held, [to_item(refused)], 5, twins).messages.at(-1)).toMatchObject({ id: "m3", outbox: { state: "refused", code: "forbidden" } });
  });

  test("of another case is not shown here", () => {
    expect(play(held, [to_item(make_item(6, { scope: "b" }))], 5, twins)).toEqual(held);
  });
});
