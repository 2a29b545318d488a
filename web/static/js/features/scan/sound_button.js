// The sound's button, outside the settings dialog.
import { byId, first } from "../../lib/elements.js";

export class SoundButton {
  /** @param {{ settings: ScanSettings, signals: Signals, onTouched: () => void }} options */
  constructor({ settings, signals, onTouched }) {
    this.settings = settings;
    this.signals = signals;
    byId("sound").addEventListener("click", () => {
      settings.set("sound", !signals.on);
      signals.wake();
      this.show();
      onTouched();
    });
    this.show();
  }

  show() {
    const button = byId("sound");
    button.setAttribute("aria-pressed", String(this.signals.on));
    const use = first(button, "use");
    use.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*/, this.signals.on ? "#sound" : "#mute"));
  }
}
