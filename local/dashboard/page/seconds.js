// The timeline by keyboard: arrows go from second to second, Shift keeps where one started, Enter lists what is chosen.

import { byId } from "./dom.js";

/**
 * keyboard moves over a chart. view.seconds() are the seconds with requests, show(i) and words(i) are of one of them,
 * choose(first, last) lists their requests, let() lets go.
 */
export function keyboard(box, view) {
  let at = null, anchor = null; // seconds, since more of them come while one looks

  const move = (to, extend) => {
    const seconds = view.seconds();
    const i = Math.min(Math.max(to, 0), seconds.length - 1);
    if (extend) anchor ??= at ?? seconds[i];
    else anchor = null;
    at = seconds[i];
    view.show(i);
    byId("second").textContent = view.words(i);
    if (extend) view.choose(Math.min(at, anchor), Math.max(at, anchor));
  };

  box.addEventListener("keydown", (event) => {
    const seconds = view.seconds();
    if (seconds.length === 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const here = at === null ? seconds.length : Math.max(seconds.indexOf(at), 0);
    switch (event.key) {
      case "ArrowLeft": move(here - 1, event.shiftKey); break;
      case "ArrowRight": move(here + 1, event.shiftKey); break;
      case "Home": move(0, event.shiftKey); break;
      case "End": move(seconds.length - 1, event.shiftKey); break;
      case "Enter": if (at !== null) view.choose(Math.min(at, anchor ?? at), Math.max(at, anchor ?? at)); break;
      case "Escape": at = anchor = null; byId("second").textContent = ""; view.let(); break;
      default: return;
    }
    event.preventDefault();
  });
}
