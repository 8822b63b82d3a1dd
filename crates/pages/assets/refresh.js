// Keeps parts of a page fresh without a reload: every element with data-refresh (an address on this server that
// answers with its new inner HTML) is fetched again every data-every seconds while the page is looked at.
// Without this script the page still works; it is only as fresh as its last load.

const parts = document.querySelectorAll("[data-refresh]");

for (const part of parts) {
  const seconds = Math.max(2, Number(part.dataset.every) || 10);
  let busy = false;

  const refresh = async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(part.dataset.refresh, { headers: { accept: "text/html" } });
      if (answer.ok) {
        // The answer says where to go when the thing that was waited for has happened.
        const next = answer.headers.get("x-next");
        if (next && next.startsWith("/") && !next.startsWith("//")) {
          location.assign(next);
          return;
        }
        const html = await answer.text();
        // Touch the document only when something changed: a screen reader announces every change.
        if (html !== part.dataset.last) {
          part.dataset.last = html;
          part.innerHTML = html;
        }
      }
      part.toggleAttribute("data-stale", !answer.ok);
    } catch {
      part.toggleAttribute("data-stale", true);
    } finally {
      busy = false;
    }
  };

  setInterval(refresh, seconds * 1000);
  document.addEventListener("visibilitychange", refresh);
}
