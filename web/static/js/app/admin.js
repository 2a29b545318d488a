// The organiser's pages: the hub renders them, and they work without this script. It keeps lists fresh and shows previews at once.
import { waitForEnrolment } from "../features/admin/enrolment_wait.js";
import { takeDroppedFile } from "../features/admin/file_drop.js";
import { keepListFresh } from "../features/admin/live_list.js";
import { fillOwnTimeZone } from "../features/admin/own_time_zone.js";
import { followProgress } from "../features/admin/live_progress.js";
import { keepInView } from "../features/admin/menu_place.js";
import { previewImage } from "../features/admin/image_preview.js";
import { previewText } from "../features/admin/text_preview.js";
import { warnOfUnsavedChanges } from "../features/admin/unsaved_changes.js";

/** Calls `enhance` for every element of the page that matches. @param {string} selector @param {(element: any) => void} enhance */
function each(selector, enhance) {
  for (const element of document.querySelectorAll(selector)) enhance(element);
}

each("[data-enrolment]", waitForEnrolment);
each("[data-live]", keepListFresh);
each("[data-progress]", followProgress);
each("[data-drop]", takeDroppedFile);
each("[data-preview]", previewText);
each("[data-image]", previewImage);
each("[data-own-zone]", fillOwnTimeZone);
each(".admin-menu [aria-current]", keepInView);
warnOfUnsavedChanges([...document.querySelectorAll("form")].filter((form) => form.method === "post"));
each("[data-print]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
