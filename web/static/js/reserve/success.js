// The success step: the QR code, the files to keep and the link to come back.
import { byId } from "../elements.js";

export function showSuccess(data) {
  const manage = new URL(data.manage_url, location.href);
  const token = manage.pathname.split("/").filter(Boolean).pop();
  const files = `/api/reservations/${data.reservation_id}`;
  const question = `?token=${encodeURIComponent(token)}`;
  // The code came with the answer, so it shows and downloads even when the network is gone by now.
  byId("qr").src = data.qr_code ?? `${files}/qr.svg${question}`;
  const download = byId("qr-download");
  download.href = data.qr_code ?? `${files}/qr.png${question}`;
  download.download = `${data.ticket_code}.png`;
  byId("calendar-file").href = `${files}/calendar.ics${question}`;
  const link = byId("manage-link");
  link.href = manage.pathname;
  link.textContent = `${location.host}${manage.pathname}`;
}
