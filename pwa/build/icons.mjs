/** Draws the icons of public/icons from one mark: a lit porch lamp over a door step. Run when the mark changes: node build/icons.mjs */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../public/icons/", import.meta.url));

/** `reach` is how much of the tile the mark fills; maskable icons lose up to a fifth on every side. */
function tile({ round, reach }) {
  const scale = (512 * reach) / 27;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">
  <rect width="512" height="512" rx="${round}" fill="#12303a"/>
  <g transform="translate(256 262) scale(${scale.toFixed(2)}) translate(-16 -15.5)">
    <circle cx="16" cy="17.5" r="14.6" fill="#2b3f41"/><circle cx="16" cy="17.5" r="11.6" fill="#5a5340"/><circle cx="16" cy="17.5" r="8.6" fill="#9a7634"/>
    <path d="M11.5 12.5h9l1 10h-11z" fill="#ffd66b"/>
    <path d="M16 3v4M10.2 12.5 16 7l5.8 5.5zM10 22.5h12M13 26.4h6" fill="none" stroke="#fffdf7" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>
    <path d="M10.2 12.5 16 7l5.8 5.5z" fill="#fffdf7"/>
  </g>
</svg>
`;
}

/** One colour on nothing: what a status bar shows. */
const BADGE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="#fff" stroke="#fff" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="M16 2.5v4M9.5 12 16 6.3 22.5 12z"/><path d="M11.2 14.5h9.6l1 8.5h-11.6z"/><path d="M12.5 27.5h7"/></g></svg>`;

function draw(name, svg, size) {
  const work = mkdtempSync(join(tmpdir(), "icons-"));
  const page = join(work, "page.html");
  writeFileSync(page, `<!doctype html><style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  execFileSync("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
    "--default-background-color=00000000", `--window-size=${size},${size}`, `--user-data-dir=${work}/profile`, `--screenshot=${folder}${name}`, page], { stdio: "ignore" });
  rmSync(work, { recursive: true, force: true });
}

const rounded = tile({ round: 112, reach: 0.8 });
const full = tile({ round: 0, reach: 0.62 });
writeFileSync(join(folder, "icon.svg"), rounded);
draw("icon-192.png", rounded, 192);
draw("icon-512.png", rounded, 512);
draw("maskable-192.png", full, 192);
draw("maskable-512.png", full, 512);
draw("apple-touch-icon.png", tile({ round: 0, reach: 0.72 }), 180);
draw("badge.png", BADGE, 96);
