/** A long list a part at a time: slow phones draw few rows fast, and buttons work with keyboard, reader and the way back. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { words } from "../i18n/language.ts";
import { Button, Buttons } from "./Button.tsx";

interface PagesProps<T> {
  items: readonly T[];
  size: number;
  /** Where the part begins; the screen keeps it. */
  from: number;
  onTurn: (from: number) => void;
  children: (part: readonly T[]) => ComponentChildren;
}

export function Pages<T>({ items, size, from, onTurn, children }: PagesProps<T>) {
  const top = useRef<HTMLDivElement>(null);
  const start = Math.min(from, Math.max(0, items.length - 1));
  const before = Math.min(size, start);
  const after = Math.min(size, items.length - start - size);
  const turn = (to: number) => {
    onTurn(Math.max(0, to));
    requestAnimationFrame(() => {
      top.current?.scrollIntoView({ block: "start" });
      top.current?.focus({ preventScroll: true });
    });
  };
  const { app } = words();
  return (
    <div class="stack pages" ref={top} tabIndex={-1}>
      {children(items.slice(start, start + size))}
      {(before > 0 || after > 0) && (
        <Buttons>
          {before > 0 && <Button icon="back" onPress={() => { turn(start - size); }}>{fill(app.show_before, { n: before })}</Button>}
          {after > 0 && <Button onPress={() => { turn(start + size); }}>{fill(app.show_more, { n: after })}</Button>}
        </Buttons>
      )}
    </div>
  );
}
