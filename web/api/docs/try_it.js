// "Try it": sends the request of a form to this hub and shows the response. Nothing goes to another site.

/** @param {string} selector @param {ParentNode} [within] */
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const token = () => /** @type {HTMLInputElement | null} */ (document.getElementById("token"))?.value.trim() ?? "";

/** The address with its parts and query filled in, and the headers. @param {HTMLFormElement} form */
function requestOf(form) {
  let path = form.dataset.path ?? "";
  const query = new URLSearchParams();
  const headers = new Headers({ Accept: "application/json, */*" });
  for (const input of /** @type {HTMLInputElement[]} */ (all("input[data-in]", form))) {
    const value = input.value.trim();
    if (!value) continue;
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (input.dataset.in === "query") query.set(input.name, value);
    else headers.set(input.name, value);
  }
  if (token()) headers.set("Authorization", `Bearer ${token()}`);
  const asked = query.toString();
  return { address: asked ? `${path}?${asked}` : path, headers };
}

/** @param {HTMLFormElement} form @param {Headers} headers @returns {BodyInit | null} */
function bodyOf(form, headers) {
  const text = /** @type {HTMLTextAreaElement | null} */ (form.querySelector("textarea"));
  if (text) {
    headers.set("Content-Type", "application/json");
    return text.value;
  }
  const file = /** @type {HTMLInputElement | null} */ (form.querySelector("input[type=file]"))?.files?.[0];
  if (!file) return null;
  headers.set("Content-Type", file.type);
  return file;
}

/** @param {Response} response */
async function textOf(response) {
  const kind = response.headers.get("Content-Type") ?? "";
  if (!/json|text|xml|csv|ndjson/.test(kind)) return `${kind}, ${(await response.blob()).size} bytes`;
  const text = await response.text();
  if (!kind.startsWith("application/json")) return text.slice(0, 20_000);
  return JSON.stringify(JSON.parse(text), null, 2).slice(0, 20_000);
}

/** @param {HTMLElement} said @param {string} line @param {string} [text] */
function show(said, line, text) {
  const head = document.createElement("p");
  head.textContent = line;
  said.replaceChildren(head);
  if (!text) return;
  const body = document.createElement("pre");
  body.tabIndex = 0;
  body.textContent = text;
  said.append(body);
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const said = /** @type {HTMLElement} */ (form.querySelector(".said"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  const { address, headers } = requestOf(form);
  const started = performance.now();
  button.disabled = true;
  show(said, "Sending …");
  try {
    const response = await fetch(address, { method: form.dataset.method, headers, body: bodyOf(form, headers) });
    const text = await textOf(response);
    show(said, `${response.status} ${response.statusText} in ${Math.round(performance.now() - started)} ms: ${address}`, text);
  } catch (trouble) {
    show(said, `No response: ${trouble instanceof Error ? trouble.message : String(trouble)}`);
  } finally {
    button.disabled = false;
  }
}

for (const form of /** @type {HTMLFormElement[]} */ (all("form[data-path]"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form);
  });
}

// The commands are for this hub.
for (const code of all("pre code")) {
  if (code.textContent?.includes("https://hub.example.org")) code.textContent = code.textContent.replaceAll("https://hub.example.org", location.origin);
}

// On a phone the list of groups would push the page below the fold.
if (matchMedia("(max-width: 50rem)").matches) for (const one of /** @type {HTMLDetailsElement[]} */ (all("nav details"))) one.open = false;
for (const one of all("nav details")) one.classList.add("folds");
