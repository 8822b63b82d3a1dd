// Puts what a camera on the page read (the event "scanned" of data-scan) into the field that data-scanned-into names by its id,
// and sends that field's form.

for (const place of document.querySelectorAll("[data-scanned-into]")) {
  place.addEventListener("scanned", (event) => {
    event.preventDefault();
    const field = document.getElementById(place.dataset.scannedInto);
    field.value = event.detail;
    field.form.requestSubmit();
  });
}
