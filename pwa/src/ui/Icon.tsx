/** A small set of line icons, drawn inline so that they need no font and no request. They never stand without words. */

const PATHS = {
  home: "M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-5v-6h-4v6H5a1 1 0 0 1-1-1z",
  messages: "M5 5h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-8l-5 4v-4H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM8 9h8M8 12h5",
  calendar: "M5 6h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM8 3.5V8M16 3.5V8M4 11h16",
  more: "M5 7h14M5 12h14M5 17h14",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.6 2.4-6 6-6s6 2.4 6 6M15.5 4.4a3.5 3.5 0 0 1 0 6.2M17 14.4c2.4.7 4 2.8 4 5.6",
  inbox: "M4 13 6.5 5h11L20 13v6H4zM4 13h5l1 2.5h4l1-2.5h5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3 2",
  alert: "M12 4 2.8 19.5h18.4zM12 10v4M12 16.8v.2",
  phone: "M6 4h3l1.5 4.5-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2L20 15v3a2 2 0 0 1-2 2C10.8 20 4 13.2 4 6a2 2 0 0 1 2-2z",
  mobile: "M8 3.5h8a1 1 0 0 1 1 1v15a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM11 17.5h2",
  money: "M4 6.5h16v11H4zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM7 9.5v0M17 14.5v0",
  paper: "M7 3.5h7l4 4v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM14 3.5V8h4M9 12h6M9 15.5h6",
  next: "m9.5 5.5 6.5 6.5-6.5 6.5",
  back: "M14.5 5.5 8 12l6.5 6.5",
  refresh: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 4v4.5H15",
  offline: "M3.5 3.5l17 17M8 8.2A9 9 0 0 0 5 10M2.5 7.5a13.5 13.5 0 0 1 3.7-2.2M10 4.7a13.5 13.5 0 0 1 11.5 2.8M14 8.3a9 9 0 0 1 5 1.7M8.5 13.5a5 5 0 0 1 4.7-1.2M12 18v.2",
  lock: "M6.5 11h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  leave: "M13 4.5H6.5a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1H13M10.5 12H20M16.5 8.5 20 12l-3.5 3.5",
  bell: "M12 3.5a5.5 5.5 0 0 0-5.5 5.5c0 4.5-2 6-2 7.5h15c0-1.5-2-3-2-7.5A5.5 5.5 0 0 0 12 3.5zM10 19.5a2 2 0 0 0 4 0",
  globe: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17",
  text: "M3.5 18 8 6l4.5 12M5 14h6M14 18l3-8 3 8M15 15.5h4",
  info: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 11v5M12 7.8V8",
  print: "M7 8.5V4h10v4.5M7 16.5H4.5v-8h15v8H17M7 13.5h10V20H7z",
  court: "M4 20h16M5.5 17h13M7 17V10.5M12 17V10.5M17 17V10.5M4 10.5h16L12 4.5z",
  place: "M12 21c4-4.5 6.5-7.800 6.5-11A6.5 6.5 0 0 0 5.5 10c0 3.200 2.5 6.5 6.5 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  video: "M4.5 7h10v10h-10zM14.5 11l5-3v8l-5-3",
  shield: "M12 3.5 5 6v5.5c0 4.5 2.800 7.5 7 9 4.200-1.5 7-4.5 7-9V6z",
  camera: "M4.5 8h3l1.5-2.5h6L16.5 8h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zM12 16.5a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z",
  send: "M4 12 20 4.5 15 20l-3.5-6zM11.5 14 20 4.5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c0-4.200 3-6.5 7.5-6.5s7.5 2.300 7.5 6.5",
  sign_out: "M11 4.5H5.5v15H11M15.5 8l4 4-4 4M9.5 12h10",
  steps: "M4.5 19.5h4v-5h4v-5h4v-5h3.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 24, class: kind }: { name: IconName; size?: number; class?: string }) {
  return (
    <svg class={kind} style={in_text(size)} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Grows with the text. */
const in_text = (size: number) => ({ inlineSize: `${size / 16}rem`, blockSize: `${size / 16}rem` });

/** The mark of the app: a lit lamp over a door step. */
export function Lamp({ size = 30 }: { size?: number }) {
  return (
    <svg class="lamp" style={in_text(size)} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle class="lamp-glow" cx="16" cy="17" r="14" />
      <path class="lamp-body" d="M16 3v4M10.5 12.5 16 7l5.5 5.5zM10.5 22.5h11M13 26h6" />
      <path class="lamp-glass" d="M11.5 12.5h9l1 10h-11z" />
    </svg>
  );
}
