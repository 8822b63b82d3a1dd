// Copies a link: the field that data-copy-field names, or the page's own address with what stands after its "#".
// Without this script the button is not there, and the words beside it say how to copy by hand. Sends nothing.

for (const place of document.querySelectorAll("[data-copy]")) {
  const field = place.dataset.copyField && document.getElementById(place.dataset.copyField);
  const said = place.querySelector("[role=status]");
  if (!navigator.clipboard || !(field || location.hash.length > 1)) continue;
  place.hidden = false;
  place.querySelector("button").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field ? field.value : location.href);
      said.textContent = place.dataset.done;
    } catch {
      said.textContent = place.dataset.failed;
    }
  });
}

// A link to the page in another language must not lose what stands after the "#".
if (location.hash.length > 1) {
  for (const link of document.querySelectorAll(".languages a")) link.hash = location.hash;
}
