// Shows a live code beside a running clock: an element with data-pass (an address on this server that answers with the codes of the
// next hours). It goes on without a connection for as long as it has codes. Without this script the page is loaded again each minute.

const clock = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", timeStyle: "medium" });
const QUIET = 4;
/** How much the server's clock is ahead of the phone's, milliseconds. */
const AHEAD = "bluezone-clock";

/** The dark modules as a path: runs of them, row by row. */
const path = ({ side, modules }) => {
  const dark = (at) => (parseInt(modules[at >> 2], 16) >> (3 - (at & 3))) & 1;
  let drawn = "";
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let run = 0;
      while (x + run < side && dark(y * side + x + run)) run++;
      if (run) drawn += `M${x + QUIET} ${y + QUIET}h${run}v1h-${run}z`;
      x += run;
    }
  }
  return drawn;
};

for (const part of document.querySelectorAll("[data-pass]")) {
  const [picture, time, over] = ["svg", "[data-clock]", ".pass-over"].map((one) => part.querySelector(one));
  let codes = [];
  let lasts = 300;
  let ahead = 0;
  let shown = null;
  let asked = 0;

  const fetchCodes = async () => {
    asked = Date.now();
    try {
      const answer = await fetch(part.dataset.pass, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const got = await answer.json();
      codes = got.codes;
      lasts = got.lasts;
      // The phone's clock may be wrong. An answer that the service worker kept tells the time of long ago.
      if (answer.headers.has("x-kept")) ahead = Number(localStorage.getItem(AHEAD));
      else localStorage.setItem(AHEAD, (ahead = got.now * 1000 - Date.now()));
    } catch {
      // No connection: those that are here last on.
    }
  };

  const tick = () => {
    const now = Date.now() + ahead;
    time.textContent = clock.format(now);
    const current = codes.find((code) => code.from * 1000 <= now && now < (code.from + lasts) * 1000);
    if (current && current !== shown) {
      const side = current.side + 2 * QUIET;
      picture.setAttribute("viewBox", `0 0 ${side} ${side}`);
      const ground = picture.querySelector("rect");
      ground.setAttribute("width", side);
      ground.setAttribute("height", side);
      picture.querySelector("path").setAttribute("d", path(current));
      shown = current;
    }
    const stale = codes.length > 0 && !current;
    picture.toggleAttribute("hidden", stale);
    over.hidden = !stale;
    const short = !codes.length || now > (codes.at(-1).from - 3600) * 1000;
    if (short && Date.now() - asked > 30e3) fetchCodes();
  };

  fetchCodes().then(tick);
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
