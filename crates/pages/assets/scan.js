// A camera that reads QR codes: an element with data-scan. Reads with the browser's own reader (BarcodeDetector) where there is
// one; else sends the middle of a frame, small and grey, to the address in data-scan, and waits for its answer before the next.

const SIDE = 352;
const PAUSE_MS = 150;
// The same code held before the camera is one scan.
const AGAIN_MS = 4000;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function ownReader() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!formats.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

function farReader(address, token) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const side = Math.min(video.videoWidth, video.videoHeight);
    const [x, y] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2];
    context.drawImage(video, x, y, side, side, 0, 0, SIDE, SIDE);
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    const luma = new Uint8Array(SIDE * SIDE);
    for (let i = 0; i < luma.length; i++) {
      luma[i] = (data[4 * i] * 77 + data[4 * i + 1] * 150 + data[4 * i + 2] * 29) >> 8;
    }
    const form = new FormData();
    form.append("csrf", token);
    form.append("width", String(SIDE));
    form.append("frame", new Blob([luma]));
    const answer = await fetch(address, { method: "POST", body: form });
    if (!answer.ok) throw new Error("frame");
    return (await answer.json()).text;
  };
}

for (const root of document.querySelectorAll("[data-scan]")) {
  if (!navigator.mediaDevices?.getUserMedia) continue;
  const video = root.querySelector("video");
  const status = root.querySelector("[role=status]");
  const open = root.querySelector("[data-open]");
  const close = root.querySelector("[data-close]");
  root.hidden = false;
  const own = await ownReader();
  root.querySelector(own ? "[data-here]" : "[data-there]").hidden = false;
  const read = own ?? farReader(root.dataset.scan, root.dataset.token);
  let stream = null;
  let last = { text: null, at: 0 };

  const show = (on) => {
    video.hidden = close.hidden = !on;
    open.hidden = on;
  };

  const stop = (words) => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    show(false);
    status.textContent = words;
  };

  const found = (text) => {
    const now = Date.now();
    const again = text === last.text && now - last.at < AGAIN_MS;
    last = { text, at: now };
    if (again) return;
    status.textContent = root.dataset.found;
    const event = new CustomEvent("scanned", { detail: text, bubbles: true, cancelable: true });
    // Whoever listens goes on scanning.
    if (!root.dispatchEvent(event)) return;
    if (text.startsWith(location.origin + "/p/")) {
      stop(root.dataset.found);
      location.assign(text);
    }
  };

  const start = async () => {
    try {
      const wanted = { video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false };
      stream = await navigator.mediaDevices.getUserMedia(wanted);
    } catch {
      return stop(root.dataset.refused);
    }
    video.srcObject = stream;
    show(true);
    status.textContent = root.dataset.looking;
    await video.play();
    while (stream) {
      await wait(PAUSE_MS);
      if (!stream || document.hidden || video.readyState < video.HAVE_CURRENT_DATA) continue;
      try {
        const text = await read(video);
        if (text && stream) found(text);
      } catch {
        if (stream) status.textContent = root.dataset.lost;
        await wait(1000);
      }
    }
  };

  open.addEventListener("click", start);
  close.addEventListener("click", () => stop(""));
}
