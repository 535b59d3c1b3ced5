/** Surfaces: a card, a section with its heading, a list of rows, marks and facts. */
import { type ComponentChildren, h, toChildArray } from "preact";
import { Icon, type IconName } from "./Icon.tsx";

export function Card({ children, foot, plain = false }: { children: ComponentChildren; foot?: ComponentChildren; plain?: boolean }) {
  return (
    <div class="card">
      {plain ? children : <div class="card-body">{children}</div>}
      {foot && <div class="card-foot">{foot}</div>}
    </div>
  );
}

export function Section({ title, aside, children }: { title: string; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section">
      <div class="section-head"><h2>{title}</h2>{aside}</div>
      {children}
    </section>
  );
}

export function Rows({ children, label }: { children: ComponentChildren; label?: string }) {
  return <ul class="card rows" aria-label={label}>{children}</ul>;
}

interface RowProps {
  title: ComponentChildren;
  detail?: ComponentChildren;
  end?: ComponentChildren;
  icon?: IconName;
}

/** A row that leads somewhere. */
export function LinkRow({ href, title, detail, end, icon }: RowProps & { href: string }) {
  return (
    <li>
      <a class="row" href={href}>
        {icon && <Icon name={icon} />}
        <RowText title={title} detail={detail} />
        {end}
        <Icon name="next" size={20} class="chevron" />
      </a>
    </li>
  );
}

/** A row that does something here. */
export function ButtonRow({ onPress, title, detail, end, icon }: RowProps & { onPress: () => void }) {
  return (
    <li>
      <button type="button" class="row" onClick={onPress}>
        {icon && <Icon name={icon} />}
        <RowText title={title} detail={detail} />
        {end}
      </button>
    </li>
  );
}

/** A row to read. */
export function PlainRow({ title, detail, end, icon }: RowProps) {
  return (
    <li>
      <div class="row">
        {icon && <Icon name={icon} />}
        <RowText title={title} detail={detail} />
        {end}
      </div>
    </li>
  );
}

export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

export function Mark({ tone = "plain", icon, children }: { tone?: "plain" | "good" | "care" | "bad"; icon?: IconName; children: ComponentChildren }) {
  return <span class="mark" data-tone={tone}>{icon && <Icon name={icon} size={18} />}{children}</span>;
}

/** Short facts in a row, with a dot between those that share a line and none where a line begins. */
export function Pieces({ children }: { children: ComponentChildren }) {
  const pieces = toChildArray(children).filter(child => child !== "");
  return <span class="pieces">{h("span", null, ...pieces.map(child => h("span", null, child)))}</span>;
}

function RowText({ title, detail }: Pick<RowProps, "title" | "detail">) {
  return (
    <span class="row-text">
      <span class="row-title">{title}</span>
      {detail && <span class="soft">{detail}</span>}
    </span>
  );
}
