/** Two bars for each period, drawn; the same figures must stand in a table beside it, so the drawing is hidden from readers. */

export interface Bar {
  label: string;
  due: number;
  paid: number;
}

const TALL = 152;
const LEAST = 3;

export function Chart({ bars, top }: { bars: readonly Bar[]; top: (value: number) => string }) {
  const most = Math.max(1, ...bars.map(bar => Math.max(bar.due, bar.paid)));
  const slot = 100 / Math.max(1, bars.length);
  return (
    <div class="chart" aria-hidden="true">
      <span class="chart-most">{top(most)}</span>
      <svg width="100%" height={TALL} focusable="false">
        {bars.map((bar, at) => (
          <g key={bar.label}>
            <Column kind="due" value={bar.due / most} x={(at + 0.12) * slot} width={slot * 0.76} />
            <Column kind="paid" value={bar.paid / most} x={(at + 0.26) * slot} width={slot * 0.48} />
          </g>
        ))}
        <line class="chart-base" x1="0" x2="100%" y1={TALL - 0.5} y2={TALL - 0.5} />
      </svg>
      <div class="chart-labels">{bars.map(bar => <span key={bar.label}>{bar.label}</span>)}</div>
    </div>
  );
}

function Column({ kind, value, x, width }: { kind: "due" | "paid"; value: number; x: number; width: number }) {
  const height = value > 0 ? Math.max(LEAST, value * TALL) : 0;
  return <rect class={`chart-${kind}`} x={`${x}%`} width={`${width}%`} y={TALL - height} height={height} rx="4" />;
}
