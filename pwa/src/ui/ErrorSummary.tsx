/** What must be mended before a form can go, at its top, each line leading to its field. */
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon.tsx";

export interface Fault {
  field?: string;
  say: string;
}

/** `to`: the one field that there is takes the focus; what was wrong is spoken all the same. */
export function ErrorSummary({ title, faults, to }: { title: string; faults: readonly Fault[]; to?: string | undefined }) {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (faults.length > 0) (to ? document.getElementById(to) : own.current)?.focus();
  }, [faults]);
  if (faults.length === 0) return null;
  return (
    <div class="banner" data-tone="bad" role="alert" tabIndex={-1} ref={own}>
      <Icon name="alert" />
      <div class="banner-text">
        <h2>{title}</h2>
        <ul class="stack-tight">
          {faults.map(fault => <li key={fault.say}>{fault.field ? <a href={`#${fault.field}`}>{fault.say}</a> : fault.say}</li>)}
        </ul>
      </div>
    </div>
  );
}
