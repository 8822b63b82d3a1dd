// Makes the citizens' pages work without a network (worker.js), and tells what waits to be sent: `data-waiting` holds the
// sentence for it, with {n} for how many.

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch(() => {});
  const flush = () => navigator.serviceWorker.controller?.postMessage("flush");
  window.addEventListener("online", flush);
  navigator.serviceWorker.addEventListener("message", show);
  flush();
}
show();

// Whoever leaves a shared phone leaves no half-written answers on it.
document.addEventListener("submit", (event) => {
  if (!["/sign-out", "/me/delete"].includes(new URL(event.target.action).pathname)) return;
  try {
    const drafts = Object.keys(localStorage).filter((key) => key.startsWith("bluezone-draft"));
    drafts.forEach((key) => localStorage.removeItem(key));
  } catch {
    // A browser without storage keeps no drafts.
  }
});

function show() {
  const place = document.querySelector("[data-waiting]");
  if (!place || !("indexedDB" in window)) return;
  const open = indexedDB.open("bluezone-offline", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("queue", { keyPath: "id", autoIncrement: true });
  open.onsuccess = () => {
    const count = open.result.transaction("queue").objectStore("queue").count();
    count.onsuccess = () => {
      place.hidden = count.result === 0;
      place.textContent = place.dataset.waiting.replace("{n}", count.result);
      open.result.close();
    };
  };
}
