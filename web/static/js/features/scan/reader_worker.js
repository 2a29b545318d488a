// The worker that reads codes from camera frames, outside the page, so that a slow frame never delays a touch.
import { prepareZXingModule, readBarcodes } from "../../../vendor/zxing-wasm-3.1.4/reader/index.js";

const WASM = new URL("../../../vendor/zxing-wasm-3.1.4/reader/zxing_reader.wasm", import.meta.url).href;
// Larger frames only cost time: a code at arm's length fills a fifth of the picture.
const WIDEST = 960;
const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 4, textMode: "Plain" };

// The library's default address is on another server.
const engine = prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
const canvas = new OffscreenCanvas(1, 1);
const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));

engine.then(
  () => postMessage({ ready: true }),
  (error) => postMessage({ failed: String(error) }),
);

onmessage = async ({ data: { frame, seenAt } }) => {
  let text = null;
  try {
    const scale = Math.min(1, WIDEST / frame.width);
    canvas.width = Math.round(frame.width * scale);
    canvas.height = Math.round(frame.height * scale);
    context.drawImage(frame, 0, 0, canvas.width, canvas.height);
    const found = await readBarcodes(context.getImageData(0, 0, canvas.width, canvas.height), OPTIONS);
    text = nearestToTheMiddle(found.filter((one) => one.isValid && one.text));
  } catch {
    // If a frame cannot be read, another follows.
  } finally {
    frame.close();
    postMessage({ text, seenAt });
  }
};

/** Of several codes in the picture, the one that is aimed at. @param {ReadCode[]} codes */
function nearestToTheMiddle(codes) {
  /** @param {ReadCode} code */
  const away = ({ position: { topLeft, bottomRight } }) =>
    Math.hypot((topLeft.x + bottomRight.x - canvas.width) / 2, (topLeft.y + bottomRight.y - canvas.height) / 2);
  return codes.sort((one, other) => away(one) - away(other))[0]?.text ?? null;
}
