import { describe, expect, test } from "vitest";
import { fate, fault_of, how_far, in_order, is_wanted, making_room, may_withdraw, outlived, PINNED_BYTES, requests_in_order } from "../../src/documents/rules.ts";
import { document_ask, document_cancel_ask, document_change, document_offer } from "../../src/documents/twin.ts";
import type { BlobNote } from "../../src/store/blobs.ts";
import { list_item } from "../../src/cases/rules.ts";
import type { HeldDocument, HeldRequest, OutboxItem } from "../../src/store/model.ts";
import { make_case, MASKS, NOON } from "../make_case.ts";

const DAY_MS = 86_400_000;

function make_document(changes: Partial<HeldDocument> = {}): HeldDocument {
  return {
    id: "d", thread: "cp", kind: "pay", note: null, files: 2, bytes: 10, pages: 2, arrived: 0, state: "offered", reason: null, said: null,
    received_at: "2026-11-20T15:00:00Z", decided_at: null, request: null, ...changes,
  };
}

function make_item(name: string, args: object, changes: Partial<OutboxItem> = {}): OutboxItem {
  return { n: 1, id: "i", name, v: 1, scope: "scope", args, at: "2026-11-21T15:00:00Z", state: "saved", ...changes };
}

function make_note(id: string, changes: Partial<BlobNote> = {}): BlobNote {
  return { id, document: id, place: 1, scope: "scope", media_type: "image/jpeg", size: 40 * 2 ** 20, why: "pinned", used_at: NOON, ...changes };
}

function make_request(changes: Partial<HeldRequest> = {}): HeldRequest {
  return { id: "r", thread: "cp", kind: "pay", why: "For the review.", by_on: "2026-12-04", state: "open", asked_at: "2026-11-20T15:00:00Z", ...changes };
}

describe("how far a request is", () => {
  const answer = (state: HeldDocument["state"], changes: Partial<HeldDocument> = {}) => make_document({ id: state, state, request: "r", ...changes });

  test("from asked over received to accepted, and back when it was not the right one", () => {
    const states = ["offered", "arriving", "held", "ready", "accepted", "sent_back", "unfit"] as const;
    expect(how_far(make_request(), [make_document()])).toBe("asked");
    expect(states.map(state => how_far(make_request(), [answer(state)]))).toEqual(["coming", "coming", "received", "received", "accepted", "again", "again"]);
    const anew = answer("offered", { received_at: "2026-11-21T15:00:00Z" });
    expect(how_far(make_request(), [answer("sent_back"), anew])).toBe("coming");
    expect(how_far(make_request({ state: "cancelled" }), [answer("accepted")])).toBe("accepted");
  });

  test("what is only on this device is never called asked, and what did not go through answers nothing", () => {
    const states = ["saved", "sending", "refused", "parked", "done"] as const;
    expect(states.map(state => how_far(make_request({ outbox: make_item("document.ask", {}, { state }) }), []))).toEqual(["saved", "sending", "needs_you", "needs_you", "asked"]);
    expect(how_far(make_request(), [answer("offered", { outbox: make_item("document.offer", {}, { state: "refused" }) })])).toBe("asked");
  });

  test("a parent's list knows what is still wanted, the next day first; a worker's does not carry it", () => {
    const requests = [make_request({ id: "late", by_on: "2026-12-20" }), make_request(), make_request({ id: "off", state: "cancelled" })];
    const box = make_case({ document_requests: requests, documents: [make_document({ state: "sent_back", request: "late" })] });
    expect(list_item(box).asks).toEqual([{ id: "r", kind: "pay", by_on: "2026-12-04", again: false }, { id: "late", kind: "pay", by_on: "2026-12-20", again: true }]);
    expect(list_item({ ...box, mask: MASKS.staff }).asks).toEqual([]);
    expect(requests_in_order(requests, []).map(one => one.id)).toEqual(["r", "late", "off"]);
  });

  test("a request is there at once and once only, and taken back it waits for nobody", () => {
    const asked = make_item("document.ask", { id: "new", thread: "cp", kind: "pay", by_on: "2026-12-04", why: "Why." });
    const box = document_ask(document_ask(make_case(), asked), asked);
    expect(box.document_requests.map(one => [one.id, one.state, one.outbox?.state])).toEqual([["new", "open", "saved"]]);
    const off = make_item("document.cancel_ask", { request: "r" });
    const stands = make_case({ document_requests: [make_request()] });
    expect(document_cancel_ask(stands, off).document_requests.map(one => [one.state, is_wanted(one, [])])).toEqual([["cancelled", false]]);
    expect(document_cancel_ask(stands, { ...off, state: "refused" }).document_requests[0]?.state).toBe("open");
  });

  test("an offer carries what it answers", () => {
    const args = { id: "new", thread: "cp", kind: "pay", files: [], request: "r" };
    expect(document_offer(make_case(), make_item("document.offer", args)).documents[0]?.request).toBe("r");
  });
});

describe("how a document stands", () => {
  test("what is on this phone is never called sent", () => {
    expect(fate(make_document({ outbox: make_item("document.offer", {}) }), 2)).toBe("saved");
    expect(fate(make_document({ outbox: make_item("document.offer", {}, { state: "refused" }) }), 2)).toBe("needs_you");
    expect(fate(make_document({ state: "arriving" }), 1)).toBe("uploading");
    expect(fate(make_document({ state: "arriving" }), 0)).toBe("elsewhere");
    expect(fate(make_document({ state: "held" }), 0)).toBe("held");
  });

  test("it is taken back only before anybody could have looked at it", () => {
    const states = ["offered", "arriving", "held", "unfit", "ready", "accepted", "sent_back"] as const;
    expect(states.map(state => may_withdraw(make_document({ state })))).toEqual([true, true, true, true, false, false, false]);
  });

  test("the newest stands first", () => {
    const [old, young] = [make_document({ id: "old" }), make_document({ id: "young", received_at: "2026-11-21T15:00:00Z" })];
    expect(in_order([old, young]).map(one => one.id)).toEqual(["young", "old"]);
  });
});

test("a file that cannot be taken is told in words before anything is sent", () => {
  expect([["image/heic", 1], ["image/svg+xml", 1], ["image/png", 0], ["application/pdf", 10 * 2 ** 20 + 1], ["application/pdf", 10 * 2 ** 20]]
    .map(([type, size]) => fault_of(String(type), Number(size)))).toEqual(["heic", "kind", "empty", "size", null]);
});

describe("files on a tablet", () => {
  test("pins longest unused give way, and nothing that was not sent ever does", () => {
    const notes = [make_note("new"), make_note("old", { used_at: NOON - DAY_MS }), make_note("unsent", { why: "sending", used_at: 0 })];
    expect(making_room(notes, 30 * 2 ** 20)).toEqual(["old"]);
    expect(making_room(notes, 10 * 2 ** 20)).toEqual([]);
    expect(making_room(notes, PINNED_BYTES)).toEqual(["old", "new"]);
    expect(making_room(notes, PINNED_BYTES + 1)).toBeNull();
  });

  test("files of a case that went go, sent or not; a pin lasts two weeks, what was not sent lasts", () => {
    const notes = [
      make_note("held"), make_note("of another case", { scope: "gone" }), make_note("old pin", { used_at: NOON - 15 * DAY_MS }),
      make_note("old unsent", { why: "sending", used_at: NOON - 90 * DAY_MS }), make_note("unsent of another case", { why: "sending", scope: "gone" }),
    ];
    expect(outlived(notes, new Set(["scope"]), NOON)).toEqual(["of another case", "old pin", "unsent of another case"]);
  });
});

describe("until the server has answered", () => {
  test("an offered document is there at once, with how many files it will have", () => {
    const item = make_item("document.offer", { id: "d", thread: "cp", kind: "court", note: "n", files: [{}, {}, {}] });
    expect(document_offer(make_case(), item).documents).toMatchObject([{ id: "d", kind: "court", files: 3, state: "offered", outbox: { state: "saved" } }]);
  });

  test("a decision shows, one that was refused is only marked, and what was taken back is gone", () => {
    const box = make_case({ documents: [make_document({ state: "ready" })] });
    const back = make_item("document.send_back", { document: "d", reason: "too_old", said: "x" });
    expect(document_change(box, back).documents).toMatchObject([{ state: "sent_back", reason: "too_old", said: "x" }]);
    expect(document_change(box, { ...back, state: "refused" }).documents).toMatchObject([{ state: "ready", reason: null, outbox: { state: "refused" } }]);
    expect(document_change(box, make_item("document.accept", { document: "d" })).documents).toMatchObject([{ state: "accepted" }]);
    expect(document_change(box, make_item("document.withdraw", { document: "d" })).documents).toEqual([]);
    expect(document_change(box, make_item("document.withdraw", { document: "d" }, { state: "refused" })).documents).toHaveLength(1);
  });
});
