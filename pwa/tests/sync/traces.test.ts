import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { apply, touched } from "../../src/sync/apply.ts";
import { ask } from "../../src/sync/ask.ts";
import { checksum } from "../../src/sync/checksum.ts";
import { full } from "../../src/sync/full.ts";
import { scrubbed, to_scrub } from "../../src/sync/scrub.ts";
import { type Changes, type Holds, NEW_LIST, NEW_STANDING, type ScopeBox, type Standing } from "../../src/store/boxes.ts";
import type { SyncRequest } from "../../src/wire.ts";
import { summarize } from "../make.ts";

type State = { standing: Standing; holds: Holds };
interface Round {
  /** Where something else than a round changed the phone. */
  before?: State;
  request: SyncRequest;
  response: unknown;
  after: Pick<Changes, "standing" | "holds" | "drop" | "put">;
}

/** Written by the simulation of tests/simulation, which says what these rounds come from. */
const FOLDER = new URL("../../../tests/vectors/sync-traces/", import.meta.url);
const traces = readdirSync(FOLDER).map(name => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as { seed: number; phones: Record<string, Round[]> });
const days = traces.flatMap(({ seed, phones }) => Object.entries(phones).map(([name, rounds]) => ({ name: `${name} of seed ${seed}`, rounds })));

let scrubs = 0;

describe("a simulated phone's days, replayed", () => {
  test.each(days)("$name asks the same and makes the same of each answer", ({ rounds }) => {
    let state: State = { standing: NEW_STANDING, holds: {} };
    const boxes = new Map<string, ScopeBox>();
    for (const { before, request, response, after } of rounds) {
      if (before) {
        state = { standing: { ...NEW_STANDING, ...before.standing }, holds: before.holds };
        Array.from(boxes.keys()).filter(scope => !before.holds[scope]).forEach(scope => boxes.delete(scope));
      }
      const { rid, clock, device, next_n } = request;
      const due = state.standing.cursor === null ? [] : to_scrub(state.holds, state.standing.scrub, clock);
      const sums = due.map((scope): [string, string] => [scope, checksum(boxes.get(scope)?.rows ?? [])]);
      scrubs += sums.length;
      const asked = ask({ rid, clock, device: { id: device, next_n, registered: true }, ...state, items: [], most: 50, sums });
      expect({ ...asked, app: request.app }).toEqual(request);
      const answer = full(response);
      if (!answer) throw new Error("no answer");
      const held = new Map(touched(answer, state).flatMap(scope => boxes.has(scope) ? [[scope, boxes.get(scope) as ScopeBox]] : []));
      const changes = apply({ ...state, list: NEW_LIST, boxes: held }, answer, { asked: clock, ms: clock }, summarize);
      changes.standing.scrub = scrubbed(state.standing.scrub, due, clock);
      expect(changes.standing).toMatchObject(after.standing);
      expect({ holds: changes.holds, drop: changes.drop, put: changes.put }).toEqual({ holds: after.holds, drop: after.drop, put: after.put });
      for (const scope of changes.drop) boxes.delete(scope);
      for (const box of changes.put) boxes.set(box.scope, box);
      state = { standing: changes.standing, holds: changes.holds ?? state.holds };
    }
  });

  test("scrubs were among them", () => { expect(scrubs).toBeGreaterThan(0); });
});
