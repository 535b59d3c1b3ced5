/** What must be mended before a form can go, at its top, each line leading to its field. */
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon.tsx";

export interface Fault {
  field?: string;
  say: string;
}

export function ErrorSummary({ title, faults }: { title: string; faults: readonly Fault[] }) {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (faults.length > 0) own.current?.focus();
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
