// Shows what is found while it is typed: a search field with data-search (an address on this server that answers ?q= with
// the new inner HTML of the element that data-into names). Without this script the form is sent by its button.

for (const field of document.querySelectorAll("[data-search]")) {
  const into = document.getElementById(field.dataset.into);
  let waiting = 0;
  let newest = 0;

  const search = async () => {
    const mine = ++newest;
    const query = "?q=" + encodeURIComponent(field.value);
    try {
      const answer = await fetch(field.dataset.search + query, { headers: { accept: "text/html" } });
      const html = await answer.text();
      // An answer that comes late must not replace a newer one.
      if (answer.ok && mine === newest) {
        into.innerHTML = html;
        history.replaceState(null, "", location.pathname + query);
      }
    } catch {
      // The button still sends the form.
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
}
