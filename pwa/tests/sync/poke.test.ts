import { beforeEach, expect, test, vi } from "vitest";
import { type Poke, poke } from "../../src/sync/poke.ts";

/** A line to the server as a browser gives it: refused lines stay closed, and nobody opens them again but we. */
class Line extends EventTarget {
  static readonly CLOSED = 2;
  static lines: Line[] = [];
  readyState = 0;
  constructor() {
    super();
    Line.lines.push(this);
  }
  close(): void { this.readyState = Line.CLOSED; }
  open(): void { this.readyState = 1; this.dispatchEvent(new Event("open")); }
  refuse(): void { this.readyState = Line.CLOSED; this.dispatchEvent(new Event("error")); }
  cut(): void { this.readyState = 0; this.dispatchEvent(new Event("error")); }
}

let heard = 0;
let may = true;
let line: Poke;

beforeEach(() => {
  vi.stubGlobal("EventSource", Line);
  vi.useFakeTimers();
  Line.lines = [];
  [heard, may] = [0, true];
  line = poke(() => { heard += 1; }, () => may);
});

test("an open line begins with a question, since nobody was told of what happened before", () => {
  line.listen();
  Line.lines[0]?.open();
  expect(heard).toBe(1);
});

test("a line that the server refused is asked for again soon, not at the next poll", () => {
  line.listen();
  Line.lines[0]?.refuse();
  vi.advanceTimersByTime(5_000);
  expect(Line.lines).toHaveLength(2);
  Line.lines[1]?.open();
  expect(heard).toBe(1);
});

test("a line that was only cut is left to the browser, which opens it again", () => {
  line.listen();
  Line.lines[0]?.cut();
  vi.advanceTimersByTime(60_000);
  expect(Line.lines).toHaveLength(1);
});

test("nobody listens for a hidden page or in field mode", () => {
  line.listen();
  may = false;
  line.close();
  line.listen();
  Line.lines[0]?.refuse();
  vi.advanceTimersByTime(60_000);
  expect(Line.lines).toHaveLength(1);
});
