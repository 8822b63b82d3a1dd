// Draws the outline of an area by clicks on a map: each click adds a corner to the text field that the map names, one
// "latitude, longitude" a line, and the map shows what stands in the field. Without this script the corners are typed.
// Sends nothing.

for (const editor of document.querySelectorAll("[data-outline]")) {
  const field = document.getElementById(editor.dataset.outline);
  const map = editor.querySelector("svg");
  const drawn = editor.querySelector(".map-drawn");
  if (!field || !map || !drawn) continue;
  const number = (name) => Number(editor.dataset[name]);
  const [north, west, perLat, perLon] = ["north", "west", "perLat", "perLon"].map(number);

  const lines = () => field.value.split(/[\n;]/).map((line) => line.trim()).filter(Boolean);

  const show = () => {
    const corners = lines().map((line) => line.split(/[,\s]+/).map(Number));
    const points = corners
      .filter((corner) => corner.length === 2 && corner.every(Number.isFinite))
      .map(([lat, lon]) => `${((lon - west) * perLon).toFixed(1)},${((north - lat) * perLat).toFixed(1)}`);
    // One corner has no line yet: a second one in the same place makes the round end of the stroke visible.
    if (points.length === 1) points.push(points[0]);
    drawn.setAttribute("points", points.join(" "));
  };

  const set = (corners) => {
    field.value = corners.join("\n");
    show();
  };

  map.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    const lat = north - at.y / perLat;
    const lon = west + at.x / perLon;
    set([...lines(), `${lat.toFixed(5)}, ${lon.toFixed(5)}`]);
    const part = document.querySelector(`input[name="${editor.dataset.choice}"][value="part"]`);
    if (part) part.checked = true;
  });

  editor.addEventListener("click", (event) => {
    const act = event.target.closest("[data-do]")?.dataset.do;
    if (act === "undo") set(lines().slice(0, -1));
    if (act === "clear") set([]);
  });

  field.addEventListener("input", show);
  editor.querySelector(".actions").hidden = false;
  map.classList.add("map-live");
  show();
}
