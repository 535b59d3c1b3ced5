/** A question that must be answered first, on the browser's own dialog: focus, Escape and the backdrop come with it. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const own = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    own.current?.showModal();
  }, []);
  return (
    <dialog class="dialog" ref={own} aria-labelledby={name} onClose={onClose}>
      <div class="dialog-body">
        <h2 id={name}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
