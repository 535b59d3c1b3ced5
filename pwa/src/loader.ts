/**
 * The page's one inline script. The build writes it into index.html, the server names it in the policy by its hash, and what
 * it loads may load the rest: a script that got into the page otherwise may not.
 */

import { only, type Scripts } from "./worker/trusted.ts";

/** The app's first script and its hash, and the workers that the page may start; the build puts them here. */
declare const __ENTRY__: string;
declare const __INTEGRITY__: string;
declare const __WORKERS__: readonly string[];

const scripts = only(__ENTRY__, ...__WORKERS__);
(globalThis as { scripts?: Scripts }).scripts = scripts;
const entry = document.createElement("script"); // as such, not by import(): engines trust what a trusted script adds to the page
entry.type = "module";
entry.integrity = __INTEGRITY__;
entry.src = scripts.createScriptURL(__ENTRY__);
document.head.append(entry);
