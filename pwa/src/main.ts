/** Starts the store, the router's page and the worker, in that order; nothing is fetched before the first paint. */

import { h, render } from "preact";
import { App } from "./app.tsx";

const root = document.getElementById("app");
if (root) render(h(App, null), root);
