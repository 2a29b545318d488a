// The one setting that is reached without opening the settings.
import { byId } from "../../lib/elements.js";

export class SoundButton {
  constructor({ settings, signals, onTouched }) {
    Object.assign(this, { settings, signals });
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
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, this.signals.on ? "#sound" : "#mute"));
  }
}
