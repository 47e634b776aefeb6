// The camera as a reader of QR codes, where the browser has one built in.

const PAUSE_MS = 200;
const AGAIN_MS = 3000; // a code that stays in view counts once

export async function canScan() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

/** Show the camera's picture, and call `found` with the text of each code, until `signal`. Raises DOMException. */
export async function scan(video, found, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  if (signal.aborted) return stop();
  signal.addEventListener("abort", stop);
  video.srcObject = stream;
  await video.play();
  read(new BarcodeDetector({ formats: ["qr_code"] }), video, found, signal);
}

async function read(detector, video, found, signal) {
  const seen = new Map();
  while (!signal.aborted) {
    const codes = await detector.detect(video).catch(() => []); // no picture yet
    for (const { rawValue } of signal.aborted ? [] : codes) {
      const fresh = !(performance.now() - seen.get(rawValue) < AGAIN_MS);
      seen.set(rawValue, performance.now());
      if (fresh) found(rawValue);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
