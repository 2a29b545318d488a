// The camera as a scanner: it sends frames to the reader one at a time, and a code that stays in view is one scan. After
// any interruption (sleep, another app, a pulled plug) it tries again.
const SAME_CODE_MS = 3_000;
const STALLED_MS = 4_000;
const TRIES_MS = [500, 1_000, 2_000, 4_000];
const REFUSED = ["NotAllowedError", "SecurityError"];
const ABSENT = ["NotFoundError", "OverconstrainedError"];

export class Camera {
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {Worker | null} */
  #worker = null;
  #reading = false;
  #wanted = false;
  #starting = 0;
  #tries = 0;
  /** @type {{ retry?: number, watch?: number }} */
  #timers = {};
  /** @type {{ text: string | null, at: number }} */
  #seen = { text: null, at: -Infinity };
  /** The last code that came while nobody wanted one. @type {{ text: string | null, at: number }} */
  #blocked = { text: null, at: -Infinity };
  #lastFrame = 0;

  /**
  * `onCode(text, seenAt)` receives each new code while `wants()` is true, `onBlocked(text)` each new one meanwhile; `onState`
  * receives the camera's state.
  *
  * @param {CameraOptions} options
   */
  constructor({ video, settings, onCode, onBlocked, onState, wants }) {
    this.video = video;
    this.settings = settings;
    this.onCode = onCode;
    this.onBlocked = onBlocked;
    this.onState = onState;
    this.wants = wants;
    this.torch = false;
    document.addEventListener("visibilitychange", () => this.#seenOrNot());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#wanted && !this.running && this.#begin());
  }

  get running() {
    return this.#stream?.getVideoTracks()[0]?.readyState === "live";
  }

  get hasTorch() {
    return Boolean(/** @type {WithTorch | undefined} */ (this.#track?.getCapabilities?.())?.torch);
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0] ?? null;
  }

  start() {
    this.#wanted = true;
    this.#tries = 0;
    return this.#begin();
  }

  stop() {
    this.#wanted = false;
    this.#release();
    this.onState("off");
  }

  /** @param {string} deviceId */
  async choose(deviceId) {
    this.settings.set("camera", deviceId);
    if (this.#wanted) await this.start();
  }

  /** @param {boolean} on */
  async setTorch(on) {
    const track = this.#track;
    if (!track) return false;
    try {
      await track.applyConstraints({ advanced: [/** @type {TorchSwitch} */ ({ torch: on })] });
      this.torch = on;
    } catch {
      this.torch = false;
    }
    return this.torch;
  }

  /** The cameras of this device; the browser gives their names once one was allowed. */
  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId);
  }

  get current() {
    return this.#track?.getSettings().deviceId ?? "";
  }

  async #begin() {
    const turn = ++this.#starting;
    this.#release();
    if (!navigator.mediaDevices?.getUserMedia || typeof OffscreenCanvas === "undefined") {
      this.onState(globalThis.isSecureContext ? "unable" : "insecure");
      return;
    }
    this.onState("starting");
    try {
      this.#engine();
      const stream = await this.#open();
      if (turn !== this.#starting || !this.#wanted) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.#stream = stream;
      this.#track?.addEventListener("ended", () => stream === this.#stream && this.#lost());
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      if (turn !== this.#starting) return;
      if (REFUSED.includes(nameOf(error))) this.onState("refused");
      else if (ABSENT.includes(nameOf(error))) this.onState("absent");
      else this.#lost();
      return;
    }
    this.torch = false;
    this.#lastFrame = performance.now();
    this.#timers.watch = setInterval(() => this.#watch(), 1_000);
    this.onState("on");
    this.#next(this.#stream);
  }

  async #open() {
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    const chosen = this.settings.get("camera");
    if (chosen) {
      try {
        return await navigator.mediaDevices.getUserMedia({ video: { ...size, deviceId: { exact: chosen } } });
      } catch (error) {
        // If the chosen camera is missing, any camera is better than none.
        if (!ABSENT.includes(nameOf(error))) throw error;
      }
    }
    return navigator.mediaDevices.getUserMedia({ video: { ...size, facingMode: { ideal: "environment" } } });
  }

  #engine() {
    if (this.#worker) return;
    const worker = new Worker(new URL("./reader_worker.js", import.meta.url), { type: "module" });
    const broken = () => {
      if (worker !== this.#worker) return;
      worker.terminate();
      this.#worker = null;
      this.#reading = false;
      this.#lost();
    };
    worker.onerror = broken;
    worker.onmessage = ({ data }) => {
      if (data.failed) broken();
      else if ("text" in data) this.#read(data);
    };
    this.#worker = worker;
    this.#reading = false;
  }

  /** @param {MediaStream | null} stream */
  #next(stream) {
    if (!stream || stream !== this.#stream) return;
    const again = (/** @type {number} */ now, /** @type {{ captureTime?: number }} */ metadata = {}) => this.#frame(stream, Math.min(now, metadata.captureTime ?? now));
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(again);
    else requestAnimationFrame(again);
  }

  /** @param {MediaStream} stream @param {number} seenAt */
  async #frame(stream, seenAt) {
    if (stream !== this.#stream) return;
    this.#lastFrame = performance.now();
    this.#tries = 0;
    if (!this.#reading && this.#worker && this.video.videoWidth) {
      this.#reading = true;
      try {
        const frame = await createImageBitmap(this.video);
        if (this.#worker) this.#worker.postMessage({ frame, seenAt }, [frame]);
        else this.#reading = false;
      } catch {
        this.#reading = false;
      }
    }
    this.#next(stream);
  }

  /** @param {{ text: string | null, seenAt: number }} read */
  #read({ text, seenAt }) {
    this.#reading = false;
    if (!text || !this.#stream) return;
    const now = performance.now();
    const still = text === this.#seen.text && now - this.#seen.at < SAME_CODE_MS;
    if (still) {
      this.#seen.at = now;
      return;
    }
    if (!this.wants()) {
      const again = text === this.#blocked.text && now - this.#blocked.at < SAME_CODE_MS;
      this.#blocked = { text, at: now };
      if (!again) this.onBlocked(text);
      return;
    }
    this.#seen = { text, at: now };
    this.onCode(text, seenAt);
  }

  /** A camera may stop without an event, above all after sleep. */
  #watch() {
    if (document.visibilityState === "visible" && performance.now() - this.#lastFrame > STALLED_MS) this.#lost();
  }

  #lost() {
    this.#release();
    if (!this.#wanted || document.visibilityState !== "visible") return;
    this.onState("lost");
    const wait = TRIES_MS[Math.min(this.#tries, TRIES_MS.length - 1)];
    this.#tries += 1;
    this.#timers.retry = setTimeout(() => this.#begin(), wait);
  }

  /** A hidden page stops the camera, which saves battery; a visible one starts it again. */
  #seenOrNot() {
    if (!this.#wanted) return;
    if (document.visibilityState === "visible") this.start();
    else {
      this.#starting += 1;
      this.#release();
    }
  }

  #release() {
    clearTimeout(this.#timers.retry);
    clearInterval(this.#timers.watch);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
  }
}

/** The name of the browser's error. */
const nameOf = (/** @type {unknown} */ error) => (error instanceof Error ? error.name : "");
